import assert from "node:assert/strict";
import { test } from "node:test";
import { between, constant, type Profile, spread } from "../../support/dispatch/cap/queueing.ts";
import { Fleet, type FleetOptions } from "../../support/dispatch/cap/queueingFleet.ts";

function within(value: number, low: number, high: number, what: string): void {
  assert.ok(value >= low && value <= high, `${what}: ${value}, wanted ${low} to ${high}`);
}

/** One miner that can have as much work as it wants, after some seconds. */
async function alone(profile: Profile, seconds: number, options: FleetOptions = {}): Promise<Fleet> {
  const fleet = new Fleet(options);
  fleet.add("miner", profile);
  await fleet.run(seconds);
  return fleet;
}

test("a saturated miner with a queue pins near its knee", async () => {
  const fleet = await alone({ parallel: 10, serviceMs: constant(500) }, 1800);
  within(fleet.cap("miner"), 12, 25, "cap");
  const most = Math.max(...fleet.miner("miner").changes.map(({ cap }) => cap));
  assert.ok(most <= 25, `never above: ${most}`);
});

test("it pins the same when every answer is verified before it counts", async () => {
  const fleet = await alone({ parallel: 10, serviceMs: constant(500) }, 1800, { sampled: 1, verifyMs: 3000 });
  within(fleet.cap("miner"), 12, 25, "cap");
});

test("slow units hold deep caps", async () => {
  const fleet = await alone({ parallel: 100, serviceMs: constant(5000) }, 1800);
  within(fleet.cap("miner"), 120, 200, "cap");
});

test("very slow units are not queued into their deadlines", async () => {
  const fleet = await alone({ parallel: 5, serviceMs: constant(60_000) }, 20_000);
  within(fleet.cap("miner"), 5, 10, "cap");
  const { failed, late } = fleet.miner("miner");
  assert.equal(failed + late, 0);
});

test("a miner whose queue would miss the deadline is left without one", async () => {
  // All jobs take exactly one second and come back together; the deadline becomes two: whatever waits comes too late.
  const exact = { parallel: 43, serviceMs: constant(1000), delayMs: constant(0) };
  const fleet = await alone(exact, 1500);
  const miner = fleet.miner("miner");
  const { answered, late } = miner;
  await fleet.run(600);
  const delivered = miner.answered - answered;
  assert.ok(delivered >= 0.8 * 600 * 43, `delivered ${delivered}`);
  assert.ok(miner.late - late <= 0.05 * delivered, `late ${miner.late - late} of ${delivered}`);
});

test("a miner that only its cap limits leaves the floor", async () => {
  const fleet = await alone({ parallel: 100, serviceMs: constant(1000) }, 900);
  assert.ok(fleet.cap("miner") >= 20, `cap ${fleet.cap("miner")}`);
});

test("the cap of a miner with little to do falls", async () => {
  const fleet = await alone({ parallel: 43, serviceMs: between(900, 1100) }, 1100);
  assert.ok(fleet.cap("miner") >= 50, `before: ${fleet.cap("miner")}`);
  fleet.supply = 8;
  await fleet.run(1200);
  within(fleet.cap("miner"), 8, 31, "cap");
});

test("a miner that loses four of five servers is followed down within minutes", async () => {
  const fleet = await alone({ parallel: 10, serviceMs: constant(500) }, 1200);
  const before = fleet.cap("miner");
  fleet.miner("miner").model.profile.parallel = 2;
  await fleet.run(900);
  within(fleet.cap("miner"), 2, before / 2, "cap");
});

test("a miner that becomes five times as fast does not run away", async () => {
  const fleet = await alone({ parallel: 10, serviceMs: constant(2500) }, 1200);
  fleet.miner("miner").model.profile.serviceMs = constant(500);
  await fleet.run(1800);
  within(fleet.cap("miner"), 10, 25, "cap");
});

test("service times that spread do not freeze growth", async () => {
  for (const seed of [1, 2, 3]) {
    const fleet = await alone({ parallel: 40, serviceMs: spread(1000, 2500) }, 1800, { seed });
    within(fleet.cap("miner"), 40, 100, `cap with seed ${seed}`);
  }
});

test("jitter of the way is no congestion of short units", async () => {
  // 4 servers at 20 ms need 200 a second times about 0.12 s on the way and at work: 25 in flight.
  const fleet = await alone({ parallel: 4, serviceMs: constant(20), delayMs: between(5, 200) }, 600);
  within(fleet.cap("miner"), 20, 50, "cap");
});

test("at equilibrium the cap stays", async () => {
  const constantly = await alone({ parallel: 10, serviceMs: constant(500) }, 1800);
  await constantly.run(600);
  assert.ok(constantly.changesIn("miner", 600) <= 2);
  const spreading = await alone({ parallel: 10, serviceMs: spread(1000, 2500) }, 3600);
  await spreading.run(600);
  assert.ok(spreading.changesIn("miner", 600) <= 2, `${spreading.changesIn("miner", 600)} changes`);
});

test("a miner that was gone for an hour was never below 1 and comes back", async () => {
  const fleet = await alone({ parallel: 10, serviceMs: constant(1000) }, 1200);
  const { profile } = fleet.miner("miner").model;
  profile.isOut = true;
  for (let minute = 0; minute < 60; minute++) {
    await fleet.run(60);
    assert.ok((fleet.dispatcher.capOf("miner")?.usable ?? 0) >= 1);
  }
  assert.equal(fleet.cap("miner"), 1);
  profile.isOut = false;
  await fleet.run(1200);
  within(fleet.cap("miner"), 10, 25, "cap");
});
