import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StrikeList } from "../../../src/flow/strike.ts";
import type { MinerView } from "../../../src/http/handlers.ts";
import type { ValidatorClient } from "../../../src/miner/client.ts";
import { crafted, looseTier } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { EventReader } from "../../support/http/events.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";
import { fleetFor } from "../../support/validator/fleet.ts";
import { dataDirWith, removeDir, runAssay } from "../../support/validator/validator.ts";

// Several real processes of one validator over a real PostgreSQL server.

const databases = testDatabases();
const unlimited = { per_ip_per_min: 1_000_000, per_hotkey: { burst: 10_000, per_s: 10_000 } };
const loose = (change: object = {}) => ({ sat: { tiers: { 1: looseTier }, ...change } });

test("one process admits, another checks, and every process tells the end", async (t) => {
  const fleet = await fleetFor(t, await databases.get(), { lanes: loose(), admit: unlimited });
  const api = await fleet.start("api");
  const alice = await clientOf(api.url, "//Alice");
  const { challengeId, right } = crafted(alice.keypair.hotkey, 1);
  const reply = await submit(alice, challengeId, right[0]);
  assert.equal(reply.status, 202, reply.text);
  const { receipt_id } = receiptIn(reply);
  const before = receiptIn(await alice.signed("GET", `/v1/receipts/${receipt_id}`));
  assert.equal(before.state, "pending", "nobody checks yet");
  const verify = await fleet.start("verify");
  assert.equal((await ended(alice, receipt_id)).state, "accepted");
  const refused = await submit(await clientOf(verify.url, "//Alice"), challengeId, right[0]);
  assert.deepEqual([refused.status, refused.code], [421, "other_role"]);
  const view = await fetched<MinerView>(verify.url, `/v1/miners/${alice.keypair.hotkey}`);
  assert.equal(view.counts.accepted, 1);
  for (const validator of [api, verify]) assert.equal(await validator.stop(), 0);
});

test("a cheat that one process catches is suspended by all", async (t) => {
  const lanes = loose({ penalty: "strike" });
  const fleet = await fleetFor(t, await databases.get(), { lanes, admit: unlimited });
  const [one, two] = [await fleet.start("api,verify", "one"), await fleet.start("api,verify", "two")];
  const [here, there] = [await clientOf(one.url, "//Bob"), await clientOf(two.url, "//Bob")];
  const events = await EventReader.open(two.url);
  await events.first("overview");
  const { challengeId, wrong } = crafted(here.keypair.hotkey, 1);
  const reply = await submit(here, challengeId, wrong[0]);
  assert.equal(reply.status, 202, reply.text);
  const next = crafted(here.keypair.hotkey, 2);
  const code = async (client: ValidatorClient): Promise<string | null> => {
    const answer = await client.signed("GET", `/v1/challenges/${next.challengeId}`);
    return answer.code;
  };
  for (const client of [here, there]) while ((await code(client)) !== "suspended") await sleep(50);
  const { hotkey } = here.keypair;
  const struck = await events.first("strike", (data) => data.hotkey === hotkey);
  const { items } = await fetched<StrikeList>(two.url, `/v1/miners/${hotkey}/strikes`);
  assert.equal(struck.data.id, items[0]?.strike_id);
  await events.first("standing", (data) => data.hotkey === hotkey && data.standing === "suspended");
  await events.close();
});

test("of one answer sent to two processes at once one is admitted, and what a hotkey may do holds over both", async (t) => {
  const admit = { per_ip_per_min: 1_000_000, per_hotkey: { burst: 5, per_s: 0.001 } };
  const fleet = await fleetFor(t, await databases.get(), { lanes: loose(), admit });
  const [one, two] = [await fleet.start("api,verify", "one"), await fleet.start("api,verify", "two")];
  const clients = await Promise.all([one, two].map(({ url }) => clientOf(url, "//Carol")));
  const { challengeId, right } = crafted(clients[0]?.keypair.hotkey ?? "", 1);
  const twins = await Promise.all(clients.map((client) => submit(client, challengeId, right[0])));
  assert.deepEqual(twins.map(({ status }) => status).sort(), [200, 202]);
  assert.equal(new Set(twins.map((twin) => receiptIn(twin).receipt_id)).size, 1);
  const codes: string[] = [];
  for (let seq = 2; seq < 8; seq++) {
    const client = clients[seq % 2] ?? assert.fail();
    const more = crafted(client.keypair.hotkey, seq);
    const { status, code } = await submit(client, more.challengeId, more.right[0]);
    codes.push(status === 202 ? "admitted" : (code ?? ""));
  }
  const admitted = codes.filter((code) => code === "admitted").length;
  assert.equal(admitted, 3, `five of burst, two of them for the twins: ${codes.join(" ")}`);
  assert.deepEqual(new Set(codes), new Set(["admitted", "rate_limited"]));
});

test("a process that is killed leaves nothing undecided, and one that drains stops by itself", async (t) => {
  const fleet = await fleetFor(t, await databases.get(), { lanes: loose(), admit: unlimited });
  const [api, doomed] = [await fleet.start("api,weigh", "front"), await fleet.start("verify", "doomed")];
  const client = await clientOf(api.url, "//Dave");
  const receipts: string[] = [];
  for (let seq = 1; seq <= 30; seq++) {
    const { challengeId, right } = crafted(client.keypair.hotkey, seq);
    const reply = await submit(client, challengeId, right[0]);
    assert.equal(reply.status, 202, reply.text);
    receipts.push(receiptIn(reply).receipt_id);
    if (seq === 20) await doomed.kill();
  }
  const spare = await fleet.start("verify", "spare");
  for (const id of receipts) assert.equal((await ended(client, id)).state, "accepted");
  const living = async (): Promise<string[]> => {
    const { stdout } = await runAssay(["nodes", "list", "--url", api.url, "--data", fleet.dataDir, "--json"]);
    const rows = JSON.parse(stdout) as { name: string; alive: boolean }[];
    assert.deepEqual(rows.map(({ name }) => name).sort(), ["doomed", "front", "spare"]);
    return rows.filter(({ alive }) => alive).map(({ name }) => name);
  };
  // Until its lease is over.
  while ((await living()).includes("doomed")) await sleep(200);
  assert.deepEqual((await living()).sort(), ["front", "spare"]);
  const drained = await runAssay(["nodes", "drain", "spare", "--url", api.url, "--data", fleet.dataDir]);
  assert.equal(drained.code, 0, drained.stderr);
  while (spare.process.exitCode === null) await sleep(50);
  assert.equal(spare.process.exitCode, 0);
  const unknown = await runAssay(["nodes", "drain", "nobody", "--url", api.url, "--data", fleet.dataDir]);
  assert.deepEqual([unknown.code, unknown.stderr.includes("node_not_found")], [1, true]);
});

test("roles need a store that can be shared", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const { code, stderr } = await runAssay(["up", "--data", dir, "--role", "api", "--port", "0"]);
  assert.equal(code, 1);
  assert.match(stderr, /roles_need_postgres/);
});
