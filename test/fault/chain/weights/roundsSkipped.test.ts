import assert from "node:assert/strict";
import { test } from "node:test";
import { startTimeFor } from "../../../support/chain/state/beacon.ts";
import { WEIGHING_MS, Weighing } from "../../../support/chainClient/weighing.ts";

/** Commits up to block 1060 are of an epoch whose weights are opened from there on, with round 1000. */
const subnet = { commitReveal: true, tempo: 60, lastEpochBlock: 1000, rateLimit: 3 };
const startTimeMs = startTimeFor(1000, 1060, 1000);
const PERIOD = 17;

test("a commit whose round the chain never gets is missed, and the reason names the round", async (t) => {
  const weighing = await Weighing.start(t, { subnet, options: { startTimeMs, blockMs: 300 } });
  await weighing.double.control({ do: "beacon", skip: [1000] });
  await weighing.submit(PERIOD);
  const { round } = await weighing.reached(PERIOD, "committed");
  assert.equal(round, 1000);
  await weighing.double.control({ do: "run", blockMs: WEIGHING_MS });
  const plan = await weighing.reached(PERIOD, "missed");
  assert.match(plan.reason ?? "", /^round 1000 of the beacon was not on chain/);
  assert.deepEqual(await weighing.weights(), []);
  assert.ok(weighing.driver.status().stopped === null);
});

test("a round that comes late in the epoch still opens the commit, after an alarm", async (t) => {
  const weighing = await Weighing.start(t, { subnet, options: { startTimeMs, blockMs: 300 } });
  await weighing.double.control({ do: "beacon", isStopped: true });
  await weighing.submit(PERIOD);
  await weighing.reached(PERIOD, "committed");
  await weighing.double.control({ do: "run", blockMs: WEIGHING_MS });
  const isLate = () => weighing.driver.status().alarms.some(({ code }) => code === "confirmation_late");
  await weighing.until(PERIOD, isLate);
  await weighing.double.control({ do: "beacon", isStopped: false });
  await weighing.reached(PERIOD, "confirmed");
  await weighing.blocks(4);
  assert.equal(isLate(), false);
});
