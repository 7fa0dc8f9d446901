import assert from "node:assert/strict";
import { test } from "node:test";
import { startTimeFor } from "../../support/chain/state/beacon.ts";
import { WEIGHING_MS, Weighing } from "../../support/chainClient/weighing.ts";

/** Commits up to block 1060 are of an epoch whose weights are opened from there on. */
const subnet = { commitReveal: true, tempo: 60, lastEpochBlock: 1000, rateLimit: 3 };
const SLOT_MS = 3000;

test("on a chain with blocks of another length the round of a timelocked commit follows them", async (t) => {
  const startTimeMs = startTimeFor(1000, 1060, 1000, SLOT_MS);
  const options = { startTimeMs, slotMs: SLOT_MS, blockMs: 300 };
  const weighing = await Weighing.start(t, { subnet, options, weights: { blockMs: SLOT_MS } });
  await weighing.submit(17);
  assert.equal((await weighing.reached(17, "committed")).round, 1000);
  await weighing.double.control({ do: "run", blockMs: WEIGHING_MS });
  await weighing.reached(17, "confirmed");
});
