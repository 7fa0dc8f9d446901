import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChallengePage } from "../../../src/flow/challenge.ts";
import type { EpochRecord } from "../../../src/flow/draw.ts";
import type { Receipt } from "../../../src/flow/submission.ts";
import type { SignedVector } from "../../../src/flow/weights.ts";
import type { MinerView, Status } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import type { ValidatorClient } from "../../../src/miner/client.ts";
import { crafted, looseTier } from "../../support/crafted.ts";
import { assertSigned, fetched, refusedGet } from "../../support/documents.ts";
import { signedFetch } from "../../support/epistula/signedFetch.ts";
import { freePort } from "../../support/freePort.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { type MinerProcess, startMiner } from "../../support/miner/process.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// The pull lane from end to end: the real reference miner with its real solver against a real validator.

const TEMPO = 10;
const COLD_START = 40;
/** More than the miner gets through meanwhile; ten pages of 500 and a rest, or twenty of 251. */
const ALLOTMENT = 5020;

const config = {
  network: "test",
  netuid: 7,
  chain: { block_ms: 200, tempo: TEMPO },
  judge: { cold_start_blocks: COLD_START },
  lanes: {
    sat: {
      tiers: {
        1: { ...looseTier, allotment: 5000 },
        2: { vars: 60, clauses: 240, weight: 2, allotment: ALLOTMENT },
      },
    },
  },
  admit: { per_hotkey: { burst: 1000, per_s: 1000 } },
};

let dir: string;
let port: string;
let validator: Validator;
let bob: MinerProcess;
let bobHotkey: string;

const start = (): Promise<Validator> => startValidator(dir, ["--port", port, "--log-level", "error"]);

before(async () => {
  dir = dataDirWith(config);
  port = await freePort();
  validator = await start();
  bobHotkey = (await keypairOfUri("//Bob")).hotkey;
  bob = startMiner(validator.url, "//Bob");
});

after(async () => {
  bob.kill();
  await validator.kill();
  removeDir(dir);
});

const minerView = (hotkey: string): Promise<MinerView> => fetched(validator.url, `/v1/miners/${hotkey}`);
const latest = (): Promise<SignedVector> => fetched(validator.url, "/v1/weights/latest");

/** The vector of a period, or the latest, once there is one that was made at or after the block. */
async function vectorFrom(block: number, period: number | "latest" = "latest"): Promise<SignedVector> {
  for (;;) {
    const response = await fetch(`${validator.url}/v1/weights/${period}`);
    if (response.status === 200) {
      const vector = (await response.json()) as SignedVector;
      if (vector.block >= block) return vector;
    } else assert.equal(response.status, 404);
    await sleep(100);
  }
}

test("a miner in cold start weighs nothing, and afterwards all there is", async () => {
  await bob.reached(({ accepted }) => accepted > 0);
  const { first_seen_block: firstSeen, standing } = await minerView(bobHotkey);
  assert.equal(standing, "cold_start");
  // A period's vector is made at its end, with the standing of that moment.
  const cold = await vectorFrom(firstSeen, Math.floor(firstSeen / TEMPO));
  assert.ok(cold.block < firstSeen + COLD_START, "made during the cold start");
  assert.deepEqual(cold.weights, []);
  const warm = await vectorFrom(firstSeen + COLD_START);
  assert.deepEqual(warm.weights, [{ hotkey: bobHotkey, uid: null, weight: 1, u16: 65_535 }]);
  assert.equal((await minerView(bobHotkey)).standing, "active");
});

test("the reference miner's answers are accepted and earn their tiers' weights", async () => {
  const tally = await bob.reached(({ accepted, earned }) => accepted >= 20 && earned > accepted);
  assert.deepEqual([tally.rejected, tally.void], [0, 0]);
  assert.ok(tally.earned <= 2 * tally.accepted, "weight 1 or 2 each");
});

test("a vector says whose, where, when and by which policy, and its key signed it", async () => {
  const vector = await latest();
  const status = await fetched<Status>(validator.url, "/v1/status");
  const members =
    "block epoch expires_at issued_at key_id netuid network period policy_hash signature validator version weights";
  assert.deepEqual(Object.keys(vector).sort(), members.split(" "));
  assert.deepEqual([vector.version, vector.network, vector.netuid], [1, "test", 7]);
  assert.equal(vector.validator, status.validator);
  const over = Math.floor(vector.block / TEMPO) - 1;
  assert.deepEqual([vector.period, vector.epoch], [over, over], "the period that is over, by both names");
  assert.ok(vector.expires_at > vector.issued_at);
  assert.match(vector.policy_hash, /^sha256:[0-9a-f]{64}$/);
  await assertSigned(validator.url, vector);
});

test("weights of several miners sum to 1 and go by what was accepted", async () => {
  const alice = await clientOf(validator.url, "//Alice");
  const { hotkey } = alice.keypair;
  const block = async () => (await fetched<Status>(validator.url, "/v1/status")).block ?? 0;
  await bob.reached(({ accepted }) => accepted >= 20);
  assert.equal(await bob.stop(), 0);
  for (let seq = 0; seq < 5; seq++) {
    const { challengeId, right } = crafted(hotkey, seq);
    const { receipt_id } = receiptIn(await submit(alice, challengeId, right[0]));
    assert.equal((await ended(alice, receipt_id)).state, "accepted");
  }
  const { first_seen_block: firstSeen } = await minerView(hotkey);
  const { weights } = await vectorFrom(Math.max(firstSeen + COLD_START, await block()));
  assert.ok(Math.abs(weights.reduce((sum, row) => sum + row.weight, 0) - 1) < 1e-9);
  assert.equal(Math.max(...weights.map((row) => row.u16)), 65_535);
  const own = weights.find((row) => row.hotkey === hotkey) ?? assert.fail();
  const bobs = weights.find((row) => row.hotkey === bobHotkey) ?? assert.fail();
  assert.equal(own.u16, Math.round((own.weight / bobs.weight) * 65_535));
  // What ended after the miner stopped looking weighs 1 or 2.
  const { accepted, earned } = bob.tally() ?? assert.fail();
  const unseen = (await minerView(bobHotkey)).counts.accepted - accepted;
  const bounds = [earned + unseen, earned + 2 * unseen].map((most) => 5 / (5 + most));
  assert.ok(
    own.weight <= (bounds[0] ?? 0) + 1e-9 && own.weight >= (bounds[1] ?? 1) - 1e-9,
    `${own.weight}: ${bounds}`,
  );
});

test("assay weights show and verify; a tampered vector is refused with exit 1", async () => {
  const shown = await runAssay(["weights", "show", "--url", validator.url, "--json"]);
  assert.equal(shown.code, 0, shown.stderr);
  const vector = JSON.parse(shown.stdout) as SignedVector;
  const args = ["weights", "verify", "--url", validator.url, "--json"];
  const verified = await runAssay([...args, "--epoch", String(vector.period)]);
  assert.deepEqual([verified.code, JSON.parse(verified.stdout).valid], [0, true]);
  const file = join(dir, "vector.json");
  writeFileSync(file, shown.stdout);
  assert.equal((await runAssay([...args, "--file", file])).code, 0);
  const [row] = vector.weights;
  const forgeries: SignedVector[] = [
    { ...vector, weights: [{ ...(row ?? assert.fail()), weight: 0.999 }] },
    { ...vector, netuid: vector.netuid + 1 },
    { ...vector, expires_at: vector.expires_at + 1 },
    { ...vector, key_id: "another" },
    { ...vector, signature: "" },
  ];
  for (const forged of forgeries) {
    writeFileSync(file, JSON.stringify(forged));
    const { code, stdout } = await runAssay([...args, "--file", file]);
    assert.deepEqual([code, JSON.parse(stdout).valid], [1, false], JSON.stringify(forged));
  }
});

test("the miner goes on through a restart, and a vector stays the same to the byte", async () => {
  const { period } = await latest();
  const path = `/v1/weights/${period}`;
  const bytes = async () => (await fetch(validator.url + path)).text();
  const before = await bytes();
  assert.equal(await bytes(), before);
  bob = startMiner(validator.url, "//Bob");
  const { accepted } = await bob.reached((tally) => tally.accepted >= 5);
  const counted = (await minerView(bobHotkey)).counts.accepted;
  assert.equal(await validator.stop(), 0);
  validator = await start();
  assert.equal(await bytes(), before);
  await bob.reached((tally) => tally.accepted >= accepted + 20);
  assert.ok((await minerView(bobHotkey)).counts.accepted >= counted, "counts survive");
  assert.deepEqual(await refusedGet(validator.url, "/v1/weights/999999999"), [404, "weights_not_found"]);
});

test("receipts are signed in every state, and are nobody else's business", async () => {
  const carol = await clientOf(validator.url, "//Carol");
  const { challengeId, right, wrong } = crafted(carol.keypair.hotkey, 0);
  const receipts: Receipt[] = [];
  for (const answer of [wrong[0], right[0]]) {
    const receipt = receiptIn(await submit(carol, challengeId, answer));
    assert.equal(receipt.state, "pending");
    receipts.push(receipt, await ended(carol, receipt.receipt_id));
  }
  assert.deepEqual(
    receipts.map(({ state }) => state),
    ["pending", "rejected", "pending", "accepted"],
  );
  for (const receipt of receipts) await assertSigned(validator.url, receipt);
  await assert.rejects(
    assertSigned(validator.url, { ...(receipts[1] ?? assert.fail()), state: "accepted" } as Receipt),
  );
  const dave = await clientOf(validator.url, "//Dave");
  const foreign = await dave.signed("GET", `/v1/receipts/${receipts[0]?.receipt_id}`);
  assert.deepEqual([foreign.status, foreign.code], [404, "receipt_not_found"]);
});

test("the record of a miner and the status of the validator", async () => {
  const carol = (await keypairOfUri("//Carol")).hotkey;
  const { counts, strikes, until_block } = await minerView(carol);
  assert.deepEqual(counts, { submitted: 2, accepted: 1, rejected: 1, void: 0 });
  assert.deepEqual([strikes, until_block], [0, null]);
  const unseen = (await keypairOfUri("//Unseen")).hotkey;
  assert.deepEqual(await refusedGet(validator.url, `/v1/miners/${unseen}`), [404, "miner_not_found"]);
  const status = await fetched<Status>(validator.url, "/v1/status");
  assert.deepEqual([status.network, status.netuid, status.tempo, status.epoch_hours], ["test", 7, TEMPO, 1]);
  const sat = status.lanes.find(({ name }) => name === "sat");
  assert.deepEqual(
    sat?.tiers.map(({ tier, n_vars, n_clauses, weight }) => [tier, n_vars, n_clauses, weight]),
    [
      [1, 60, 90, 1],
      [2, 60, 240, 2],
    ],
  );
});

async function pages(client: ValidatorClient, limit: number): Promise<ChallengePage[]> {
  const found: ChallengePage[] = [];
  for (let offset: number | null = 0; offset !== null; offset = found.at(-1)?.next_offset ?? null) {
    const reply = await client.signed(
      "GET",
      `/v1/challenges?lane=sat&tier=2&offset=${offset}&limit=${limit}`,
    );
    assert.equal(reply.status, 200, reply.text);
    found.push(JSON.parse(reply.text) as ChallengePage);
  }
  return found;
}

test("challenges are paged to their end, each once, and every miner has others", async () => {
  const alice = await clientOf(validator.url, "//Alice");
  const listed = await pages(alice, 500);
  const expected = Array.from({ length: 10 }, (_, page) => [500, 500 * (page + 1)]);
  assert.deepEqual(
    listed.map(({ items, next_offset }) => [items.length, next_offset]),
    [...expected, [20, null]],
  );
  const items = listed.flatMap((page) => page.items);
  assert.deepEqual(
    items.map(({ seq }) => seq),
    Array.from({ length: ALLOTMENT }, (_, seq) => seq),
  );
  const exact = await pages(alice, ALLOTMENT / 20);
  assert.deepEqual(
    [exact.length, exact.at(-1)?.items.length],
    [20, ALLOTMENT / 20],
    "a full last page is the last",
  );
  const past = await alice.signed("GET", `/v1/challenges?lane=sat&tier=2&offset=${ALLOTMENT}`);
  const { items: none, next_offset } = JSON.parse(past.text) as ChallengePage;
  assert.deepEqual([none, next_offset], [[], null]);
  const others = (await pages(await clientOf(validator.url, "//Dave"), 500)).flatMap((page) => page.items);
  const ids = new Set([...items, ...others].map(({ challenge_id }) => challenge_id));
  assert.equal(ids.size, 2 * ALLOTMENT);
});

/** A signed GET of Alice's whose headers can be seen and added to. */
async function aliceGets(path: string, headers: Record<string, string> = {}): Promise<Response> {
  const { validator: hotkey } = await fetched<Status>(validator.url, "/v1/status");
  return signedFetch({ url: validator.url + path, validator: hotkey, uri: "//Alice", headers });
}

test("a challenge's text has an ETag, answers 304 to it, and is its owner's alone", async () => {
  const alice = await clientOf(validator.url, "//Alice");
  const id = (await pages(alice, 500))[0]?.items[0]?.challenge_id;
  const path = `/v1/challenges/${id}`;
  const first = await aliceGets(path);
  const text = await first.text();
  assert.equal(first.status, 200);
  assert.match(first.headers.get("content-type") ?? "", /^text\/plain/);
  assert.match(text, /^p cnf 60 240$/m);
  const etag = first.headers.get("etag") ?? "";
  assert.match(etag, /^"[^"]+"$/);
  for (const known of [etag, `"other", ${etag}`, `W/${etag}`, "*"]) {
    const cached = await aliceGets(path, { "If-None-Match": known });
    assert.deepEqual(
      [cached.status, await cached.text(), cached.headers.get("etag")],
      [304, "", etag],
      known,
    );
  }
  const changed = await aliceGets(path, { "If-None-Match": `"other"` });
  assert.deepEqual([changed.status, await changed.text()], [200, text]);
  const stranger = await (await clientOf(validator.url, "//Dave")).signed("GET", path);
  assert.deepEqual([stranger.status, stranger.code], [404, "not_your_challenge"]);
});

test("a session key signs for its hotkey on when the validator was killed and started again", async () => {
  const erin = await clientOf(validator.url, "//Erin");
  assert.ok(await erin.openSession());
  const page = await erin.signed("GET", "/v1/challenges?limit=1");
  assert.equal(page.status, 200, page.text);
  const { challengeId, right } = crafted(erin.keypair.hotkey, 0);
  const submitted = await submit(erin, challengeId, right[0]);
  assert.equal(submitted.status, 202, submitted.text);
  assert.equal(receiptIn(submitted).hotkey, erin.keypair.hotkey);
  await validator.kill();
  validator = await start();
  const again = await erin.signed("GET", "/v1/challenges?limit=1");
  assert.equal(again.status, 200, again.text);
  const next = crafted(erin.keypair.hotkey, 1);
  assert.equal((await submit(erin, next.challengeId, next.right[0])).status, 202);
  assert.equal((await ended(erin, receiptIn(submitted).receipt_id)).state, "accepted");
  assert.ok(erin.hasSession, "all of it was signed with the session's key");
  const headers = await erin.signedHeaders();
  const invented = { ...headers, "Assay-Session": `sn_${"0".repeat(32)}` };
  const answer = await fetch(`${validator.url}/v1/challenges?limit=1`, { headers: invented });
  assert.deepEqual(
    [answer.status, ((await answer.json()) as { code: string }).code],
    [401, "session_unknown"],
  );
});

test("an epoch's commitment is out before it starts, signed, without its key", async () => {
  const { epoch } = await fetched<Status>(validator.url, "/v1/status");
  for (const number of [epoch, epoch + 1]) {
    const record = await fetched<EpochRecord>(validator.url, `/v1/sampling/${number}`);
    assert.deepEqual([record.epoch, record.revealed_key, record.closed_at], [number, null, null]);
    assert.match(record.commitment, /^[0-9a-f]{64}$/);
    assert.equal(record.policy.lanes.sat, "1");
    const { commitment, policy, committed_at, key_id, signature } = record;
    await assertSigned(validator.url, {
      epoch: number,
      commitment,
      policy,
      committed_at,
      key_id,
      signature,
    } as EpochRecord);
    assert.deepEqual(await refusedGet(validator.url, `/v1/audit/${number}`), [409, "epoch_open"]);
  }
  for (const route of ["sampling", "audit"])
    assert.deepEqual(await refusedGet(validator.url, `/v1/${route}/${epoch + 100}`), [
      404,
      "epoch_not_found",
    ]);
});
