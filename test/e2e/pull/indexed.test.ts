import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ChallengePage } from "../../../src/flow/challenge.ts";
import { keypairOfUri } from "../../../src/keys/uri.ts";
import { indexedScheme } from "../../support/challenge/indexed.ts";
import { clientOf, planted, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { metricIn } from "../../support/observe/scrape.ts";
import {
  dataDirWith,
  removeDir,
  startValidator,
  testSecret,
  type Validator,
} from "../../support/validator/validator.ts";

// Ids of the indexed scheme, whose recognition takes an index: who may have one built, and that honest miners always may.

const { scheme } = indexedScheme(Buffer.from(testSecret));
const indexed = { challenge: { scheme: "indexed", accept: ["indexed"], index_maps: 64 } };
const start = (dir: string): Promise<Validator> => startValidator(dir, ["--log-level", "error"]);
const builds = async (validator: Validator): Promise<number> =>
  metricIn(await validator.metrics(), "assay_index_builds_total");

async function challengeOf(uri: string, seq: number) {
  const { hotkey } = await keypairOfUri(uri);
  return planted(hotkey, seq, 1, undefined, scheme);
}

/** A submission in the name of a hotkey, with a signature that is not its own. */
async function forged(validator: Validator, uri: string, seq: number): Promise<number> {
  const { challengeId, right } = await challengeOf(uri, seq);
  const { keypair } = await clientOf(validator.url, uri);
  const client = await clientOf(validator.url, "//Mallory");
  Object.defineProperty(client.keypair, "hotkey", { value: keypair.hotkey });
  return (await submit(client, challengeId, right)).status;
}

let open: Validator;

before(async () => {
  open = await start(dataDirWith(indexed));
});

after(async () => {
  await open.stop();
  removeDir(open.dataDir);
});

test("unsigned requests have no index built, and an honest miner's first answer is accepted beside them", async () => {
  const names = Array.from({ length: 40 }, (_, number) => `//Stranger//${number}`);
  const [answer, ...statuses] = await Promise.all([
    (async () => {
      const { challengeId, right } = await challengeOf("//Alice", 7);
      return submit(await clientOf(open.url, "//Alice"), challengeId, right);
    })(),
    ...names.map((uri) => forged(open, uri, 1)),
  ]);
  assert.equal(answer.status, 202, answer.text);
  assert.deepEqual(new Set(statuses), new Set([401]));
  assert.equal(await builds(open), 1);
});

test("a listing has the index built before the first answer", async () => {
  const bob = await clientOf(open.url, "//Bob");
  const before = await builds(open);
  const page = await bob.signed("GET", "/v1/challenges?lane=sat&tier=1&limit=3");
  const { items } = JSON.parse(page.text) as ChallengePage;
  while ((await builds(open)) === before) await new Promise(setImmediate);
  const { challengeId, right } = await challengeOf("//Bob", 2);
  assert.equal(items[2]?.challenge_id, challengeId);
  assert.equal((await submit(bob, challengeId, right)).status, 202);
  assert.equal(await builds(open), before + 1);
});

test("an answer that tells its tier and seq needs no index", async () => {
  const before = await builds(open);
  const { challengeId, right } = await challengeOf("//Charlie", 5);
  const body = JSON.stringify({ challenge_id: challengeId, assignment_b64: right, tier: 1, seq: 5 });
  const reply = await (await clientOf(open.url, "//Charlie")).signed("POST", "/v1/submissions", body);
  assert.equal(reply.status, 202, reply.text);
  assert.equal(receiptIn(reply).state, "pending");
  assert.equal(await builds(open), before);
});

test("where the chain lists its miners, a hotkey that is not registered has no index built", async () => {
  const dir = dataDirWith({ ...indexed, chain: { miners: "miners.json" } });
  const { hotkey } = await keypairOfUri("//Alice");
  writeFileSync(join(dir, "miners.json"), JSON.stringify([{ uid: 0, hotkey }]));
  const closed = await start(dir);
  try {
    const eve = await challengeOf("//Eve", 1);
    const refused = await submit(await clientOf(closed.url, "//Eve"), eve.challengeId, eve.right);
    assert.deepEqual([refused.status, refused.code], [403, "not_registered"]);
    assert.equal(await builds(closed), 0);
    const alice = await challengeOf("//Alice", 1);
    const reply = await submit(await clientOf(closed.url, "//Alice"), alice.challengeId, alice.right);
    assert.equal(reply.status, 202, reply.text);
    assert.equal(await builds(closed), 1);
  } finally {
    await closed.stop();
    removeDir(dir);
  }
});
