import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { MinerView, Status } from "../../../src/http/handlers.ts";
import type { ValidatorClient, ValidatorReply } from "../../../src/miner/client.ts";
import { crafted, looseTier } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { signedFetch, signedHeaders } from "../../support/epistula/signedFetch.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import {
  dataDirWith,
  entry,
  removeDir,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// Every bound that a miner can meet, what it is told there, and that nothing is lost at any of them.

const unlimited = { per_ip_per_min: 1_000_000, per_hotkey: { burst: 10_000, per_s: 10_000 } };
const looseLane = { sat: { tiers: { 1: looseTier } } };
const uris = ["//Alice", "//Bob", "//Carol", "//Dave", "//Erin", "//Frank"];

/** A validator of its own for a test, gone with it. */
async function validatorFor(t: TestContext, config: object): Promise<Validator> {
  const dir = dataDirWith({ lanes: looseLane, admit: unlimited, ...config });
  t.after(() => removeDir(dir));
  const validator = await startValidator(dir, ["--log-level", "silent"]);
  t.after(() => validator.kill());
  return validator;
}

const clientsOf = (url: string): Promise<ValidatorClient[]> =>
  Promise.all(uris.map((uri) => clientOf(url, uri)));

/** Right answers of all clients, all at once. */
function burst(clients: readonly ValidatorClient[], from: number, each: number): Promise<ValidatorReply[]> {
  const all = clients.flatMap((client) =>
    Array.from({ length: each }, (_, n) => {
      const { challengeId, right } = crafted(client.keypair.hotkey, from + n);
      return () => submit(client, challengeId, right[0]);
    }),
  );
  return Promise.all(all.map((send) => send()));
}

/** Asserts that each reply is a 202, or this refusal with a time to come back and a reason; returns how many were refused. */
function refusedOf(replies: readonly ValidatorReply[], status: number, code: string, reason: string): number {
  const refused = replies.filter((reply) => reply.status !== 202);
  for (const { text, retryAfterS, ...reply } of refused) {
    assert.deepEqual([reply.status, reply.code], [status, code], text);
    assert.ok(retryAfterS !== null && retryAfterS >= 1, "Retry-After");
    assert.equal((JSON.parse(text) as { reason: string }).reason, reason);
  }
  return refused.length;
}

/**
 * What was answered 202 ends accepted, and the validator counted nothing else, except at most `unsure` requests whose commit
 * failed half way: those were promised nothing, and may be found after a restart.
 */
async function assertKept(
  validator: Validator,
  clients: readonly ValidatorClient[],
  replies: readonly ValidatorReply[],
  unsure = 0,
): Promise<void> {
  const admitted = replies.filter(({ status }) => status === 202).map(receiptIn);
  for (const { hotkey, receipt_id } of admitted) {
    const client = clients.find(({ keypair }) => keypair.hotkey === hotkey) ?? assert.fail(hotkey);
    assert.equal((await ended(client, receipt_id)).state, "accepted");
  }
  const { items } = await fetched<{ items: MinerView[] }>(validator.url, "/v1/miners");
  const submitted = items.reduce((sum, { counts }) => sum + counts.submitted, 0);
  assert.ok(submitted >= admitted.length && submitted <= admitted.length + unsure, `${submitted} recorded`);
}

test("a full gate answers 429 busy at once, and is free again afterwards", async (t) => {
  const gate = { slots: 1, wait_ms: 0, queue: 0 };
  const validator = await validatorFor(t, { admit: { ...unlimited, gate } });
  const clients = await clientsOf(validator.url);
  const replies = await burst(clients, 0, 10);
  const refused = refusedOf(replies, 429, "busy", "saturation");
  assert.ok(refused > 0 && refused < replies.length, `${refused} of ${replies.length}`);
  const after = await fetched<Status>(validator.url, "/v1/status");
  assert.deepEqual(after.gate, { slots: 1, used: 0, waiting: 0 });
  await assertKept(validator, clients, replies);
  assert.equal(refusedOf(await burst(clients.slice(0, 1), 100, 1), 429, "busy", "saturation"), 0);
});

test("a verification backlog answers 503 verify_backlog, and clears", async (t) => {
  const verify = { concurrency: 1, pending_factor: 1 };
  // The gate waits longer than a loaded machine takes, so that only the backlog can refuse.
  const gate = { slots: 64, wait_ms: 60_000, queue: 256 };
  const validator = await validatorFor(t, { verify, admit: { ...unlimited, gate } });
  const clients = await clientsOf(validator.url);
  const replies: ValidatorReply[] = [];
  let refused = 0;
  for (let from = 0; refused === 0 && from < 1000; from += 40) {
    const round = await burst(clients, from, 40);
    refused += refusedOf(round, 503, "verify_backlog", "backpressure");
    replies.push(...round);
  }
  assert.ok(refused > 0, "the backlog's bound was reached");
  await assertKept(validator, clients, replies);
  assert.equal(
    refusedOf(await burst(clients.slice(0, 1), 2000, 1), 503, "verify_backlog", "backpressure"),
    0,
  );
});

test("an address has its own bucket: 429 ip_rate_limited, for every signer and any forwarded header", async (t) => {
  const validator = await validatorFor(t, { admit: { ...unlimited, per_ip_per_min: 12 } });
  const clients = await clientsOf(validator.url);
  const replies = await burst(clients, 0, 2);
  assert.equal(refusedOf(replies, 429, "ip_rate_limited", "abuse"), 0, "exactly what the bucket holds");
  assert.equal(refusedOf(await burst(clients, 10, 1), 429, "ip_rate_limited", "abuse"), clients.length);
  const { validator: hotkey } = await fetched<Status>(validator.url, "/v1/status");
  const forwarded = await signedFetch({
    url: `${validator.url}/v1/challenges`,
    validator: hotkey,
    uri: "//Alice",
    headers: { "X-Forwarded-For": "203.0.113.9" },
  });
  assert.deepEqual(
    [forwarded.status, ((await forwarded.json()) as { code: string }).code],
    [429, "ip_rate_limited"],
  );
  assert.ok(Number(forwarded.headers.get("retry-after")) >= 1);
});

/** What a miner can see of an answer, apart from values that differ anyway; `length` shows what those cannot hide. */
interface Appearance {
  readonly status: number;
  readonly headers: readonly string[];
  readonly members: readonly string[];
  readonly length: number;
}

async function appearanceOf(response: Response): Promise<{ appearance: Appearance; text: string }> {
  const text = await response.text();
  const members = Object.keys(JSON.parse(text) as object).sort();
  return {
    appearance: {
      status: response.status,
      headers: [...response.headers.keys()].sort(),
      members,
      length: text.length,
    },
    text,
  };
}

test("at a rate of one half nothing shows which right answer was checked, and only checked wrong ones are caught", async (t) => {
  const validator = await validatorFor(t, { lanes: { sat: { ...looseLane.sat, rate: "1/2" } } });
  const { validator: hotkey } = await fetched<Status>(validator.url, "/v1/status");
  const alice = await clientOf(validator.url, "//Alice");
  const asked = { validator: hotkey, uri: "//Alice" };
  const seen = new Map<string, Appearance[]>();
  const wrongs = new Map<string, string>();
  for (let seq = 0; seq < 80; seq++) {
    const { challengeId, right, wrong } = crafted(alice.keypair.hotkey, seq);
    if (seq % 2 === 1) {
      const { receipt_id } = receiptIn(await submit(alice, challengeId, wrong[0]));
      wrongs.set(receipt_id, (await ended(alice, receipt_id)).state);
      continue;
    }
    const body = JSON.stringify({ challenge_id: challengeId, assignment_b64: right[0] });
    const post = () => signedFetch({ url: `${validator.url}/v1/submissions`, ...asked, body });
    const admitted = await appearanceOf(await post());
    const { receipt_id } = JSON.parse(admitted.text) as { receipt_id: string };
    assert.equal((await ended(alice, receipt_id)).state, "accepted");
    const after = await appearanceOf(
      await signedFetch({ url: `${validator.url}/v1/receipts/${receipt_id}`, ...asked }),
    );
    const again = await appearanceOf(await post());
    seen.set(receipt_id, [admitted.appearance, after.appearance, again.appearance]);
  }
  assert.equal(await validator.stop(), 0);
  const { submissions } = recordsOnDisk(validator.dataDir);
  const sampledBy = new Map(submissions.map((row) => [row.receipt_id, row.sampled === 1]));
  const looks = [...seen].map(([id, appearances]) => ({ sampled: sampledBy.get(id), appearances }));
  assert.deepEqual(new Set(looks.map(({ sampled }) => sampled)), new Set([true, false]));
  const [first] = looks;
  assert.deepEqual(
    first?.appearances.map(({ status }) => status),
    [202, 200, 200],
  );
  for (const { sampled, appearances } of looks)
    assert.deepEqual(appearances, first?.appearances, `sampled: ${sampled}`);
  for (const [id, state] of wrongs) assert.equal(state, sampledBy.get(id) ? "rejected" : "accepted", id);
  assert.deepEqual(new Set(wrongs.values()), new Set(["accepted", "rejected"]));
});

/** A validator whose files cannot grow past this many blocks of 512 or 1,024 bytes, as on a disk that fails. */
async function confined(
  dataDir: string,
  blocks: number,
): Promise<{ url: string; exited: Promise<unknown[]>; kill(signal: NodeJS.Signals): void }> {
  const command = `ulimit -f ${blocks}; exec "$0" "$@"`;
  const args = [process.execPath, entry, "up", "--data", dataDir, "--port", "0", "--log-level", "silent"];
  const env = { ...process.env, ASSAY_OBSERVE_METRICS: "off" };
  const child = spawn("sh", ["-c", command, ...args], { env, stdio: ["ignore", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const url = /^listening on (\S+)$/m.exec(line.toString())?.[1] ?? assert.fail(line.toString());
  return { url, exited, kill: (signal) => child.kill(signal) };
}

test("a store that can no longer write ends the process with the cause, breaks no promise, and is whole after a restart", async (t) => {
  // The gate waits longer than a loaded machine takes, so that only the store can refuse.
  const gate = { slots: 64, wait_ms: 60_000, queue: 256 };
  const dir = dataDirWith({ lanes: looseLane, admit: { ...unlimited, gate } });
  t.after(() => removeDir(dir));
  const failing = await confined(dir, 1500);
  t.after(() => failing.kill("SIGKILL"));
  const clients = await clientsOf(failing.url);
  const replies: ValidatorReply[] = [];
  let isOver = false;
  const over = failing.exited.then(() => {
    isOver = true;
  });
  let unsure = 0;
  for (let from = 0; !isOver && from < 4000; from += 20) {
    const rounds = clients.map((client, i) => burst([client], from + i, 1));
    for (const round of await Promise.allSettled(rounds))
      if (round.status === "fulfilled") replies.push(...round.value);
      else unsure++;
  }
  await over;
  assert.deepEqual(await failing.exited, [1, null]);
  // Once the store is lost the process ends: a request that comes in between is told so.
  const late = replies.filter(({ code }) => code === "shutting_down");
  const rest = replies.filter(({ code }) => code !== "shutting_down");
  const refused =
    refusedOf(rest, 503, "store_unavailable", "outage") + refusedOf(late, 503, "shutting_down", "outage");
  assert.ok(replies.length > refused, "something was admitted before");

  const validator = await startValidator(dir, ["--log-level", "silent"]);
  t.after(() => validator.kill());
  const { hostname, port } = new URL(validator.url);
  const healed = await clientsOf(`http://${hostname}:${port}`);
  await assertKept(validator, healed, replies, refused + unsure);
  assert.equal(await validator.stop(), 0);
  recordsOnDisk(dir);
});

/** Whether somebody new is let in. */
async function connects(url: URL): Promise<boolean> {
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Reads until the connection ends. */
async function allOf(socket: Socket): Promise<string> {
  let received = "";
  for await (const chunk of socket) received += String(chunk);
  return received;
}

test("a validator that is told to stop ends what it began, refuses what is new, and exits 0", async (t) => {
  const validator = await validatorFor(t, {});
  const clients = await clientsOf(validator.url);
  const { validator: hotkey } = await fetched<Status>(validator.url, "/v1/status");
  const { challengeId, right } = crafted(clients[0]?.keypair.hotkey ?? assert.fail(), 500);
  const body = JSON.stringify({ challenge_id: challengeId, assignment_b64: right[0] });
  const headers = Object.entries(await signedHeaders("//Alice", hotkey, body)).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  const url = new URL(validator.url);
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  const received = allOf(socket);
  socket.write(
    `POST /v1/submissions HTTP/1.1\r\nHost: v\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers.join("")}\r\n`,
  );
  socket.write(body.slice(0, 10));
  // Over connections that the validator has: what still waits in the kernel to be accepted is cut off by it.
  const before = await burst(clients, 0, 4);
  assert.equal(refusedOf(before, 503, "shutting_down", "outage"), 0);
  const running = clients.map((client) =>
    Promise.allSettled(Array.from({ length: 4 }, (_, n) => burst([client], 10 + n, 1))),
  );
  await Promise.race([Promise.all(running), sleep(5)]);
  const stopped = validator.stop();
  const rounds = (await Promise.all(running)).flat();
  const answered = [
    ...before,
    ...rounds.flatMap((round) => (round.status === "fulfilled" ? round.value : [])),
  ];
  // A request that reaches a connection in the moment in which it is closed gets no answer, and may be on record or not.
  const unsure = rounds.filter(({ status }) => status === "rejected").length;
  while (await connects(url)) await sleep(5);
  socket.write(body.slice(10));
  const answer = await received;
  assert.match(answer, /^HTTP\/1\.1 202 /);
  assert.equal(await stopped, 0);
  refusedOf(answered, 503, "shutting_down", "outage");
  const receipts = answered
    .filter(({ status }) => status === 202)
    .map((reply) => receiptIn(reply).receipt_id);
  receipts.push((JSON.parse(answer.slice(answer.indexOf("{"))) as { receipt_id: string }).receipt_id);
  const { submissions } = recordsOnDisk(validator.dataDir);
  const onRecord = new Set(submissions.map((row) => row.receipt_id));
  assert.deepEqual(
    receipts.filter((id) => !onRecord.has(id)),
    [],
    "what was acknowledged is on record",
  );
  assert.ok(
    onRecord.size - receipts.length <= unsure,
    `${onRecord.size} of ${receipts.length}, ${unsure} unsure`,
  );
  for (const { state } of submissions) assert.equal(state, "accepted", "what was under way was checked too");
});
