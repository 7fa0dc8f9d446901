import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../../src/core/clock.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { looseTier } from "../../support/crafted.ts";
import { scaled } from "../../support/fault/scale.ts";
import { freePort } from "../../support/freePort.ts";
import type { Fact } from "../../support/invariants/facts.ts";
import { assertFolder } from "../../support/invariants/ofFolder.ts";
import { clientOf } from "../../support/lanes/sat/answers.ts";
import { checkBooks, checkCounts, checkReplies, checkRows, inState } from "../../support/miner/books.ts";
import { StubbornMiner } from "../../support/miner/stubborn.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import {
  dataDirWith,
  removeDir,
  spawnAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

// A validator that is killed while it is under load, again and again, keeps every promise that it made.

const KILLS = Number(process.env.KILLS ?? scaled(6, 60));
/** Before every third kill of a serving validator it is stopped for a while, as a machine does that sleeps or swaps. */
const STOPPED_EVERY = 3;
/** Every fifth kill hits the start itself, where what the kill before left is taken up again. */
const START_KILLED_EVERY = 5;

const config = {
  chain: { block_ms: 1000 },
  lanes: { sat: { tiers: { 1: looseTier } } },
  admit: { per_ip_per_min: 10_000_000, per_hotkey: { burst: 100_000, per_s: 100_000 } },
};

/** Park and Miller's generator: the same seed kills at the same moments. */
function momentsOf(seed: number): (most: number) => number {
  let state = (seed % 2_147_483_646) + 1;
  return (most) => {
    state = (state * 48_271) % 2_147_483_647;
    return (state / 2_147_483_647) * most;
  };
}

async function killStarting(dir: string, port: string, afterMs: number): Promise<void> {
  const { process: child } = spawnAssay(["up", "--data", dir, "--port", port, "--log-level", "error"]);
  const gone = once(child, "exit");
  await sleep(afterMs);
  child.kill("SIGKILL");
  await gone;
}

async function killServing(dir: string, port: string, afterMs: number, stopMs: number): Promise<void> {
  const validator = await startValidator(dir, ["--port", port, "--log-level", "error"]);
  if (stopMs > 0) {
    await sleep(afterMs);
    validator.process.kill("SIGSTOP");
    await sleep(stopMs);
    validator.process.kill("SIGCONT");
  }
  await sleep(afterMs);
  await validator.kill();
}

/** Kills the validator several times, at random moments, then leaves one running. */
async function torment(dir: string, port: string, seed: number): Promise<Validator> {
  const moment = momentsOf(seed);
  for (let round = 1; round <= KILLS; round++) {
    if (round % START_KILLED_EVERY === 0) await killStarting(dir, port, moment(1500));
    else await killServing(dir, port, moment(1200), round % STOPPED_EVERY === 0 ? moment(1000) : 0);
  }
  return startValidator(dir, ["--port", port, "--log-level", "error"]);
}

/** What the miner was told. */
function factsOf({ client, acknowledged }: StubbornMiner): Fact[] {
  const { hotkey } = client.keypair;
  return acknowledged.map(({ challengeId, receipt: { receipt_id: receiptId } }) => {
    return { kind: "acknowledged", receiptId, hotkey, challengeId };
  });
}

test("killed again and again under load, and stopped for a while now and then, a validator keeps every promise and pays nothing twice", async (t) => {
  const seed = Number(
    process.env.SEED ?? process.env.ASSAY_TEST_SEED ?? Math.floor(systemRandom.unit() * 1e9),
  );
  t.diagnostic(`replay with SEED=${seed}`);
  const dir = dataDirWith(config);
  t.after(() => removeDir(dir));
  const port = await freePort();
  const uris = ["//Alice", "//Bob", "//Charlie", "//Dave"];
  const clients = await Promise.all(uris.map((uri) => clientOf(`http://127.0.0.1:${port}`, uri)));
  const miners = clients.map((client) => new StubbornMiner(client));
  const running = Promise.all(miners.map((miner) => miner.run()));
  const validator = await torment(dir, port, seed).finally(() => {
    for (const miner of miners) miner.stop();
  });
  t.after(() => validator.kill());
  await running;
  for (const miner of miners) await checkReplies(miner);
  for (const miner of miners) await checkCounts(miner);
  assert.equal(await validator.stop(), 0);

  const records = recordsOnDisk(dir);
  checkRows(records, miners);
  checkBooks(records);
  await assertFolder(dir, miners.flatMap(factsOf), Math.floor(systemClock.nowMs() / 1000));
  for (const miner of miners) assert.deepEqual(miner.surprises, []);
  const lost = miners.reduce((sum, miner) => sum + miner.lost, 0);
  const [accepted, rejected, voided] = ["accepted", "rejected", "void"].map(
    (state) => inState(records.submissions, state).length,
  );
  t.diagnostic(
    `${accepted} accepted, ${rejected} rejected, ${voided} void; ${lost} requests without an answer`,
  );
  assert.ok(accepted && rejected && voided && lost, "the load reached every kind of end");
});
