import assert from "node:assert/strict";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Readiness } from "../../../src/http/handlers.ts";
import { recordsOnDisk } from "../../support/store/recordsOnDisk.ts";
import { until } from "../../support/until.ts";
import { auditOf } from "../../support/validator/push/audit.ts";
import type { FleetMiner } from "../../support/validator/push/fleet.ts";
import { eventually, honest, PushWorld, pushDir, silent } from "../../support/validator/push/world.ts";

// What holds jobs back: a store that does not take their draws, and a verification that cannot keep up. Neither costs a miner
// anything.

const fleetOf = (world: PushWorld, size: number, serviceMs: number): Promise<FleetMiner[]> =>
  Promise.all(Array.from({ length: size }, (_, i) => world.join(`miner ${i}`, honest(serviceMs))));

const sentTo = (miners: readonly FleetMiner[]): number =>
  miners.reduce((sum, { orders }) => sum + orders.length, 0);

/** Nobody answers any more. */
function pause(miners: readonly FleetMiner[]): void {
  for (const miner of miners) miner.work = silent;
}

async function storeFault(world: PushWorld): Promise<boolean> {
  const response = await fetch(`${world.url}/readyz`);
  if (response.status === 200) return false;
  const { checks } = (await response.json()) as Readiness;
  return checks.some(({ name, ok }) => name === "store" && !ok);
}

const refusedDraws = (world: PushWorld): Promise<number> =>
  world.metric("assay_dispatch_unrecorded_total", { what: "draws" });

const failedWrites = (world: PushWorld): Promise<number> => world.metric("assay_store_failed_total");

/**
 * While its draws are refused no job leaves the validator, however often the store is asked. Draws that may be on record, samples
 * among them, are not made again until the store has taken their ends.
 */
async function assertNothingSent(world: PushWorld, miners: readonly FleetMiner[]): Promise<void> {
  const refused = await refusedDraws(world);
  await eventually(async () => (await refusedDraws(world)) > refused);
  const sent = sentTo(miners);
  const failed = await failedWrites(world);
  await eventually(async () => (await failedWrites(world)) > failed + 5);
  assert.equal(sentTo(miners), sent);
}

/** Every answer is counted once, and nobody is the worse for it. Jobs that came after the pause may reach their deadline meanwhile. */
async function assertWhole(world: PushWorld, miners: readonly FleetMiner[]): Promise<void> {
  for (const miner of miners) {
    await world.credited(miner, miner.settled.size);
    const { counts, standing, strikes } = await world.view(miner);
    assert.deepEqual(
      [counts.accepted, counts.rejected, standing, strikes, miner.errors],
      [miner.settled.size, 0, "active", 0, []],
    );
    assert.ok(counts.void <= miner.orders.length - miner.settled.size, "void is only what got no answer");
  }
}

test("while somebody else's lock keeps the store from writing nothing is sent; then all goes on, and nothing is lost", async (t) => {
  const world = await PushWorld.start(pushDir({ rate: "1/10" }));
  t.after(() => world.close());
  const miners = await fleetOf(world, 6, 5);
  await Promise.all(miners.map((miner) => world.credited(miner, 20)));
  // The validator holds the lock most of the time: this waits for its turn.
  const foreign = new DatabaseSync(join(world.validator.dataDir, "assay.db"), { timeout: 60_000 });
  foreign.exec("BEGIN IMMEDIATE");
  await assertNothingSent(world, miners);
  await eventually(() => storeFault(world));
  foreign.exec("ROLLBACK");
  foreign.close();
  const before = miners.map(({ orders }) => orders.length);
  await until(() => miners.every(({ orders }, i) => orders.length > (before[i] ?? 0) + 20));
  await eventually(async () => !(await storeFault(world)));
  pause(miners);
  await assertWhole(world, miners);
});

test("a store that fails for good ends the process, with the cause; a start with a sound one goes on, and blames nobody", async (t) => {
  const dir = pushDir({ rate: "1/10" });
  const failing = await PushWorld.start(dir, [], 1500);
  t.after(() => failing.close());
  const before = await fleetOf(failing, 6, 5);
  const { process: child, stderr } = failing.validator;
  if (child.exitCode === null) await once(child, "exit");
  assert.equal(child.exitCode, 1, stderr());
  assert.match(stderr(), /disk I\/O error.*\(store_lost\)/);
  assert.ok(before.every(({ orders, errors }) => orders.length > 0 && errors.length === 0));
  const { openSamples, miners } = recordsOnDisk(dir);

  const world = await PushWorld.start(dir);
  t.after(() => world.close());
  const known = new Map(miners.map(({ hotkey, accepted }) => [hotkey, accepted]));
  const fleet = await fleetOf(world, 6, 5);
  await until(() => fleet.every(({ settled }) => settled.size > 20));
  pause(fleet);
  for (const [i, miner] of fleet.entries()) {
    const accepted = (known.get(miner.hotkey) ?? 0) + miner.settled.size;
    await world.credited(miner, accepted);
    const { counts, standing, strikes } = await world.view(miner);
    assert.deepEqual([counts.accepted, counts.rejected, standing, strikes], [accepted, 0, "active", 0]);
    assert.ok(
      accepted <= miner.settled.size + (before[i]?.settled.size ?? 0),
      "no more than there were answers",
    );
  }
  assert.equal(await world.validator.stop(), 0, world.validator.stderr());
  const { verdicts, open } = auditOf(dir);
  assert.equal(open, 0);
  const restarted = verdicts.filter(({ code }) => code === "validator_restarted");
  assert.equal(restarted.length, openSamples.length);
  assert.ok(verdicts.every(({ state }) => state !== "rejected"));
});

test("when verification is slower than the miners, pending answers stay at their bound, and none is lost", async (t) => {
  const verify = { concurrency: 1, pending_factor: 4 };
  const world = await PushWorld.start(pushDir({ rate: "1" }, { verify }));
  t.after(() => world.close());
  // Three quarters of the bound are the push lane's.
  const bound = (verify.concurrency * verify.pending_factor * 3) / 4;
  const miners = await fleetOf(world, 40, 0);
  const gate = () => world.metric("assay_dispatch_gate_shut", { gate: "verification" });
  const verified = () => world.metric("assay_proofs_verified_total", { outcome: "valid" });
  for (let shut = 0; shut < 5; shut += await gate()) {
    const pending = await world.metric("assay_proofs_pending");
    assert.ok(pending <= bound, `${pending} units pending`);
    await sleep(50);
  }
  const enough = (await verified()) + 500;
  await eventually(async () => (await verified()) >= enough);
  assert.ok((await world.metric("assay_proofs_overflow")) <= miners.length, "no more than was out");
  pause(miners);
  await assertWhole(world, miners);
  assert.equal(
    await verified(),
    miners.reduce((sum, { settled }) => sum + settled.size, 0),
  );
});
