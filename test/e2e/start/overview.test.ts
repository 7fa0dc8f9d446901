import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { StrikeList } from "../../../src/flow/strike.ts";
import type { HistoryView, MinerDetails, OverviewView } from "../../../src/http/handlers.ts";
import type { ValidatorClient } from "../../../src/miner/client.ts";
import { crafted, looseTier } from "../../support/crafted.ts";
import { fetched } from "../../support/documents.ts";
import { EventReader } from "../../support/http/events.ts";
import { clientOf, ended, receiptIn, submit } from "../../support/lanes/sat/answers.ts";
import { metricIn } from "../../support/observe/scrape.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  spawnAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// What an operator sees of a real process, live and after a restart.

const config = {
  chain: { block_ms: 200, tempo: 10 },
  judge: { cold_start_blocks: 0, suspension_tempos: 1000 },
  lanes: { sat: { penalty: "strike", tiers: { 1: looseTier } } },
};

let dir: string;
let validator: Validator;

before(async () => {
  dir = dataDirWith(config);
  validator = await startValidator(dir, ["--log-level", "error"]);
});

after(async () => {
  await validator.kill();
  removeDir(dir);
});

const overview = (): Promise<OverviewView> => fetched(validator.url, "/v1/overview");
const stageOf = ({ funnel }: OverviewView, name: string) =>
  funnel.find(({ stage }) => stage === name) ?? assert.fail(name);

async function answer(client: ValidatorClient, seq: number, kind: "right" | "wrong"): Promise<void> {
  const challenge = crafted(client.keypair.hotkey, seq);
  const reply = await submit(client, challenge.challengeId, challenge[kind][0]);
  assert.equal(reply.status, 202, reply.text);
  await ended(client, receiptIn(reply).receipt_id);
}

async function sumOf(name: string, labels: Record<string, string> = {}): Promise<number> {
  const { series } = await fetched<HistoryView>(validator.url, `/v1/history?step=day&names=${name}`);
  const found = series.find((one) => JSON.stringify(one.labels) === JSON.stringify(labels));
  return found?.points.reduce((sum, [, value]) => sum + (value ?? 0), 0) ?? 0;
}

test("what happens is told as it happens, and the overview follows", async () => {
  const events = await EventReader.open(validator.url);
  await events.first("overview");
  const [alice, bob] = [await clientOf(validator.url, "//Alice"), await clientOf(validator.url, "//Bob")];
  await answer(alice, 1, "right");
  await answer(bob, 2, "wrong");
  const { challengeId, right } = crafted(alice.keypair.hotkey, 3);
  const strange = challengeId.replace(/.{24}$/, "0".repeat(24));
  assert.equal((await submit(alice, strange, right[0])).code, "not_your_challenge");

  const strike = await events.first("strike");
  const { items } = await fetched<StrikeList>(validator.url, `/v1/miners/${bob.keypair.hotkey}/strikes`);
  const [{ strike_id: id, block } = assert.fail()] = items;
  assert.deepEqual(strike.data, { hotkey: bob.keypair.hotkey, id, block });
  await events.first(
    "standing",
    ({ hotkey, standing }) => hotkey === bob.keypair.hotkey && standing === "suspended",
  );
  await events.first(
    "standing",
    ({ hotkey, standing }) => hotkey === alice.keypair.hotkey && standing === "active",
  );
  const { data } = await events.first("weights", ({ state }) => state === "signed");
  assert.equal(typeof data.period, "number");

  let seen = await overview();
  while (seen.verdict.reason !== "earning") {
    await sleep(200);
    seen = await overview();
  }
  assert.equal(seen.verdict.earning, true);
  assert.equal(seen.last_weights?.state, "signed");
  assert.ok((seen.next_weights?.at ?? 0) >= seen.at);
  assert.deepEqual(seen.miners, { active: 1, cold_start: 0, suspended: 1 });
  assert.equal(stageOf(seen, "requests").count, 3);
  assert.deepEqual(stageOf(seen, "requests").refused, [
    { code: "not_your_challenge", count: 1, blame: "miner" },
  ]);
  assert.equal(stageOf(seen, "admitted").count, 2);
  assert.deepEqual(stageOf(seen, "concluded").refused, [{ code: "rejected", blame: "miner", count: 1 }]);
  assert.equal(stageOf(seen, "weighed").count, 1);
  assert.deepEqual(seen.sampling, [], "no epoch is closed, so no rate is told");

  const ids = events.all.map(({ id: number }) => number);
  assert.deepEqual(
    ids,
    ids.toSorted((a, b) => a - b),
  );
  assert.equal(metricIn(await validator.metrics(), "assay_event_streams"), 1);
  // Reads on where another page stopped.
  const again = await EventReader.open(validator.url, strike.id);
  await again.first("overview");
  assert.ok(!again.all.some(({ name }) => name === "reset" || name === "strike"));
  await again.close();
  await events.close();
});

test("a terminal shows the overview, a block per change, until it is interrupted", async () => {
  const watch = spawnAssay(["status", "--watch", "--url", validator.url]);
  while (!watch.stdout().includes("EARNING")) await sleep(50);
  const lines = watch.stdout().split("\n");
  assert.ok(
    lines.every((line) => line.length <= 80),
    watch.stdout(),
  );
  assert.ok(!watch.stdout().includes("\u001b"), "no terminal, no escapes");
  watch.process.kill("SIGINT");
  const [code] = await new Promise<[number | null]>((resolve) => {
    watch.process.once("exit", (status) => resolve([status]));
  });
  assert.equal(code, 0, watch.stderr());
  const once = await runAssay(["status", "--watch", "--json", "--url", validator.url]);
  assert.equal(once.code, 2, "a document is printed once");
});

test("a stop ends the streams with the time to come back, and a restart finds the counts", async () => {
  const events = await EventReader.open(validator.url);
  await events.first("overview");
  const last = events.all.at(-1)?.id ?? 0;
  const bob = await clientOf(validator.url, "//Bob");
  const { challengeId, right } = crafted(bob.keypair.hotkey, 4);
  assert.equal((await submit(bob, challengeId, right[0])).code, "suspended");
  const stopped = validator.stop();
  await events.ended();
  assert.equal(events.note, "retry: 3000");
  assert.equal(await stopped, 0);
  const farewell = events.all.findLast(({ name }) => name === "overview")?.data.verdict;
  assert.deepEqual((farewell as { reason?: string }).reason, "draining");

  validator = await startValidator(dir, ["--log-level", "error"]);
  assert.equal(await sumOf("submissions_admitted"), 2);
  assert.equal(await sumOf("submissions_refused", { code: "not_your_challenge" }), 1);
  assert.equal(await sumOf("strikes"), 1);
  assert.ok((await sumOf("store_bytes")) > 0);
  assert.equal(stageOf(await overview(), "admitted").count, 2);
  const { reasons } = await fetched<MinerDetails>(validator.url, `/v1/miners/${bob.keypair.hotkey}/details`);
  assert.deepEqual(
    reasons.map(({ kind, code, blame, count }) => [kind, code, blame, count]),
    [
      ["refused", "suspended", "miner", 1],
      ["rejected", "solution_unsatisfied", "miner", 1],
    ],
  );
  const later = await EventReader.open(validator.url, last);
  await later.first("reset");
  await later.close();
});
