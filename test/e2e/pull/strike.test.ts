import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { SkiplistItem } from "../../../src/flow/standing.ts";
import type { StrikeList } from "../../../src/flow/strike.ts";
import type { SignedVector } from "../../../src/flow/weights.ts";
import type { MinerView, Status, StrikePage, SubmissionView } from "../../../src/http/handlers.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import type { ValidatorClient, ValidatorReply } from "../../../src/miner/client.ts";
import { type CraftedChallenge, crafted, looseTier } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// What a wrong answer costs where it strikes, who takes it back, and who may take part at all.

const TEMPO = 10;

const config = {
  chain: { block_ms: 200, tempo: TEMPO },
  judge: { cold_start_blocks: 0, suspension_tempos: 1000 },
  lanes: { sat: { penalty: "strike", tiers: { 1: looseTier } } },
};

let dir: string;
let validator: Validator;
let next = 0;

const start = (): Promise<Validator> => startValidator(dir, ["--log-level", "error"]);

before(async () => {
  dir = dataDirWith(config);
  validator = await start();
});

after(async () => {
  await validator.kill();
  removeDir(dir);
});

const clientFor = (uri: string): Promise<ValidatorClient> => clientOf(validator.url, uri);
const fresh = (client: ValidatorClient): CraftedChallenge => crafted(client.keypair.hotkey, next++);
const minerView = (hotkey: string): Promise<MinerView> => fetched(validator.url, `/v1/miners/${hotkey}`);
const height = async (): Promise<number> =>
  (await fetched<Status>(validator.url, "/v1/status")).block ?? assert.fail();

function isRefused(reply: ValidatorReply, status: number, code: string): void {
  assert.deepEqual([reply.status, reply.code], [status, code], reply.text);
}

/** Earns one weight. */
async function earn(client: ValidatorClient): Promise<void> {
  const { challengeId, right } = fresh(client);
  const reply = await submit(client, challengeId, right[0]);
  assert.equal(reply.status, 202, reply.text);
  assert.equal((await ended(client, receiptIn(reply).receipt_id)).state, "accepted");
}

/** Hands in a wrong answer and returns its receipt's end. */
async function cheat(client: ValidatorClient) {
  const { challengeId, wrong } = fresh(client);
  const reply = await submit(client, challengeId, wrong[0]);
  assert.equal(reply.status, 202, reply.text);
  return ended(client, receiptIn(reply).receipt_id);
}

/** The first vector that is made from now on. */
async function nextVector(): Promise<SignedVector> {
  const block = await height();
  for (;;) {
    const response = await fetch(`${validator.url}/v1/weights/latest`);
    const vector = (await response.json()) as SignedVector;
    if (response.status === 200 && vector.block > block) return vector;
    await sleep(100);
  }
}

const weightIn = ({ weights }: SignedVector, hotkey: string): number =>
  weights.find((row) => row.hotkey === hotkey)?.weight ?? 0;

const ledger = async (query = ""): Promise<StrikePage> => fetched(validator.url, `/v1/strikes${query}`);

const skiplist = async () =>
  (await operatorAsks<{ items: SkiplistItem[] }>(validator, "GET", "/v1/admin/skiplist")).document.items;

test("a challenge takes one answer, right or wrong", async () => {
  const alice = await clientFor("//Alice");
  const { challengeId, right, wrong } = fresh(alice);
  const [first, second] = await Promise.all([
    submit(alice, challengeId, right[0]),
    submit(alice, challengeId, right[1]),
  ]);
  const [taken, turnedAway] = first.status === 202 ? [first, second] : [second, first];
  assert.equal(taken.status, 202, taken.text);
  assert.ok(["already_answered", "already_solved"].includes(turnedAway.code ?? ""), turnedAway.text);
  assert.equal(turnedAway.status, 409);
  assert.equal((await ended(alice, receiptIn(taken).receipt_id)).state, "accepted");
  isRefused(await submit(alice, challengeId, wrong[0]), 409, "already_solved");
});

test("one wrong answer suspends, with evidence that anyone can read, and weighs nothing", async () => {
  const [alice, bob] = [await clientFor("//Alice"), await clientFor("//Bob")];
  const { hotkey } = bob.keypair;
  await earn(alice);
  await earn(bob);
  assert.ok(weightIn(await nextVector(), hotkey) > 0);
  const receipt = await cheat(bob);
  assert.deepEqual(
    [receipt.state, receipt.verdict],
    ["rejected", { outcome: "invalid", code: "solution_unsatisfied" }],
  );
  const block = await height();

  const { items } = await fetched<StrikeList>(validator.url, `/v1/miners/${hotkey}/strikes`);
  assert.equal(items.length, 1);
  const { evidence, suspended_until: until, counted, lane } = items[0] ?? assert.fail();
  assert.deepEqual([lane, counted, until !== null && until > block], ["sat", false, true]);
  assert.equal(evidence.work_id, receipt.challenge_id);
  assert.equal(evidence.receipt_id, receipt.receipt_id);
  assert.equal(evidence.answer_sha256, receipt.answer_sha256);
  assert.deepEqual(evidence.verdict, receipt.verdict);
  assert.deepEqual(
    [evidence.draw.work_id, evidence.draw.hotkey, evidence.draw.sampled],
    [receipt.challenge_id, hotkey, true],
  );
  assert.match(evidence.checker, /^sat\/\d+$/);
  assert.match(evidence.rule, /1 strike\(s\) within 7200 blocks suspend for 1000 tempos of 10 blocks/);

  const { challengeId, right } = fresh(bob);
  const refused = await submit(bob, challengeId, right[0]);
  isRefused(refused, 403, "suspended");
  assert.equal((JSON.parse(refused.text) as { until_block: number }).until_block, until);
  isRefused(await bob.signed("GET", "/v1/challenges"), 403, "suspended");
  const { standing, strikes, until_block } = await minerView(hotkey);
  assert.deepEqual([standing, strikes, until_block], ["suspended", 1, until]);
  const own = await bob.signed("GET", `/v1/receipts/${receipt.receipt_id}`);
  assert.equal(own.status, 200, "the suspended may still read their receipts");
  const vector = await nextVector();
  assert.deepEqual([weightIn(vector, hotkey), weightIn(vector, alice.keypair.hotkey)], [0, 1]);
  const page = await ledger();
  assert.deepEqual(
    page.items.map((row) => [row.hotkey, row.work_id, row.code, row.suspended_until, row.lifted]),
    [[hotkey, receipt.challenge_id, "solution_unsatisfied", until, false]],
  );
  assert.equal(page.next_before, null);

  const looked = await operatorAsks<SubmissionView>(
    validator,
    "GET",
    `/v1/admin/receipts/${receipt.receipt_id}`,
  );
  assert.deepEqual([looked.status, looked.document.receipt], [200, JSON.parse(own.text)]);
  assert.ok((looked.document.decided_at ?? 0) >= receipt.received_at);
  const unknown = await operatorAsks<{ code: string }>(validator, "GET", "/v1/admin/receipts/rc_1");
  assert.deepEqual([unknown.status, unknown.document.code], [404, "receipt_not_found"]);
  const nobody = await fetch(`${validator.url}/v1/admin/receipts/${receipt.receipt_id}`);
  assert.equal(nobody.status, 401);
});

test("a suspension survives a restart and a kill", async () => {
  const { hotkey } = await keypairOfUri("//Bob");
  const listed = await skiplist();
  assert.deepEqual(
    listed.map(({ hotkey, kind, by }) => [hotkey, kind, by]),
    [[hotkey, "strike", "judge"]],
  );
  assert.equal(await validator.stop(), 0);
  validator = await start();
  assert.deepEqual(await skiplist(), listed);
  await validator.kill();
  validator = await start();
  assert.deepEqual(await skiplist(), listed);
  const bob = await clientFor("//Bob");
  isRefused(await submit(bob, fresh(bob).challengeId, "AAAA"), 403, "suspended");
});

const access = (): string[] => ["--url", validator.url, "--data", dir, "--json"];

test("the operator lists and releases; the released may work and weigh again", async () => {
  const bob = await clientFor("//Bob");
  const { hotkey } = bob.keypair;
  const listed = await runAssay(["skiplist", "list", ...access()]);
  assert.equal(listed.code, 0, listed.stderr);
  const rows = JSON.parse(listed.stdout) as SkiplistItem[];
  assert.deepEqual(
    rows.map((row) => [row.hotkey, row.by, row.reason]),
    [[hotkey, "judge", "solution_unsatisfied"]],
  );
  const released = await runAssay(["skiplist", "release", hotkey, ...access()]);
  assert.deepEqual([released.code, JSON.parse(released.stdout)], [0, { hotkey, released: 1 }]);
  assert.deepEqual(JSON.parse((await runAssay(["skiplist", "list", ...access()])).stdout), []);
  const again = await runAssay(["skiplist", "release", hotkey, ...access()]);
  assert.deepEqual([again.code, JSON.parse(again.stdout).error.code], [1, "suspension_not_found"]);
  await earn(bob);
  const { standing, strikes } = await minerView(hotkey);
  assert.deepEqual([standing, strikes], ["active", 1], "the strike stays on record");
  assert.deepEqual(
    (await ledger()).items.map(({ lifted }) => lifted),
    [true],
  );
  assert.ok(weightIn(await nextVector(), hotkey) > 0);
});

test("a released miner that cheats again is suspended again", async () => {
  const bob = await clientFor("//Bob");
  assert.equal((await cheat(bob)).state, "rejected");
  isRefused(await submit(bob, fresh(bob).challengeId, "AAAA"), 403, "suspended");
  const { items } = await fetched<StrikeList>(validator.url, `/v1/miners/${bob.keypair.hotkey}/strikes`);
  assert.equal(items.length, 2);
  const first = await ledger("?limit=1");
  assert.equal(first.items[0]?.strike_id, items[1]?.strike_id, "the newest first");
  const second = await ledger(`?limit=1&before=${first.next_before}`);
  assert.deepEqual([second.items[0]?.strike_id, second.next_before], [items[0]?.strike_id, null]);
});

test("the operator suspends by command and by route, never for less than before", async () => {
  const carol = await clientFor("//Carol");
  const { hotkey } = carol.keypair;
  await earn(carol);
  const order = ["skiplist", "add", hotkey, "--tempos", "500", "--reason", "answers resold", ...access()];
  const added = await runAssay(order);
  assert.equal(added.code, 0, added.stderr);
  const row = JSON.parse(added.stdout) as SkiplistItem;
  assert.deepEqual(
    [row.hotkey, row.kind, row.reason, row.by],
    [hotkey, "operator", "answers resold", "operator"],
  );
  isRefused(await submit(carol, fresh(carol).challengeId, "AAAA"), 403, "suspended");
  assert.equal(weightIn(await nextVector(), hotkey), 0);
  const path = "/v1/admin/skiplist";
  const shorter = await operatorAsks<SkiplistItem>(validator, "POST", path, {
    hotkey,
    tempos: 1,
    reason: "less",
  });
  assert.deepEqual([shorter.status, shorter.document.until_block], [201, row.until_block]);
  const longer = await operatorAsks<SkiplistItem>(validator, "POST", path, {
    hotkey,
    tempos: 600,
    reason: "more",
  });
  assert.ok(longer.document.until_block > row.until_block);
  assert.equal(
    (await skiplist()).find((item) => item.hotkey === hotkey)?.until_block,
    longer.document.until_block,
  );
  assert.equal((await operatorAsks(validator, "DELETE", `${path}/${hotkey}`)).status, 200);
  assert.equal((await operatorAsks(validator, "DELETE", `${path}/${hotkey}`)).status, 404);
  await earn(carol);
  assert.equal(
    (await runAssay(["skiplist", "add", "5NotAHotkey", "--tempos", "1", "--reason", "x", ...access()])).code,
    1,
  );
});

test("a suspension ends by itself at its block", async () => {
  const dave = await clientFor("//Dave");
  const { hotkey } = dave.keypair;
  const { document } = await operatorAsks<SkiplistItem>(validator, "POST", "/v1/admin/skiplist", {
    ...{ hotkey, tempos: 1, reason: "a short one" },
  });
  const { challengeId, right } = fresh(dave);
  isRefused(await submit(dave, challengeId, right[0]), 403, "suspended");
  while ((await height()) < document.until_block) await sleep(50);
  assert.equal((await submit(dave, challengeId, right[0])).status, 202);
  assert.ok(!(await skiplist()).some((item) => item.hotkey === hotkey));
});

test("with a miners file unregistered hotkeys are refused, and one /16 holds no more than its share", async () => {
  const uris = ["//Alice", "//Bob", "//Carol", "//Dave"];
  const hotkeys = await Promise.all(uris.map(async (uri) => (await keypairOfUri(uri)).hotkey));
  const ips = ["10.1.0.1", "10.1.200.2", "10.2.0.3", "10.3.0.4"];
  const closed = dataDirWith({
    ...config,
    chain: { ...config.chain, miners: "miners.json" },
    weigh: { region_cap: 0.25 },
  });
  const rows = hotkeys.map((hotkey, i) => ({ uid: i + 10, hotkey, ip: ips[i] }));
  writeFileSync(join(closed, "miners.json"), JSON.stringify(rows));
  const open = validator;
  validator = await startValidator(closed, ["--log-level", "error"]);
  try {
    const erin = await clientFor("//Erin");
    isRefused(await submit(erin, fresh(erin).challengeId, "AAAA"), 403, "not_registered");
    isRefused(await erin.signed("GET", "/v1/challenges"), 403, "not_registered");
    const clients = await Promise.all(uris.map(clientFor));
    const earned = [1, 3, 2, 1];
    // Alice and Bob share a /16. Three regions cannot keep to a quarter each, so each has a third.
    for (const [i, client] of clients.entries())
      for (let n = 0; n < (earned[i] ?? 0); n++) await earn(client);
    const { weights } = await nextVector();
    assert.deepEqual(
      new Map(weights.map(({ hotkey, uid, weight, u16 }) => [hotkey, [uid, weight.toFixed(9), u16]])),
      new Map([
        [hotkeys[0], [10, (1 / 12).toFixed(9), Math.round(65_535 / 4)]],
        [hotkeys[1], [11, (3 / 12).toFixed(9), Math.round((65_535 * 3) / 4)]],
        [hotkeys[2], [12, (1 / 3).toFixed(9), 65_535]],
        [hotkeys[3], [13, (1 / 3).toFixed(9), 65_535]],
      ]),
    );
  } finally {
    await validator.kill();
    validator = open;
    rmSync(closed, { recursive: true });
  }
});
