import assert from "node:assert/strict";
import { test } from "node:test";
import { REASONS_MAX } from "../../../../src/flow/reasons.ts";
import { MetricRegistry } from "../../../../src/observe/metrics.ts";
import { Tally } from "../../../../src/observe/tally.ts";
import { ReasonTally } from "../../../../src/validator/history/reasonTally.ts";

test("reasons are summed per miner, kind and code, and taken once", () => {
  const tally = new ReasonTally(new MetricRegistry(new Tally([])));
  for (let i = 0; i < 3; i++) tally.add("5A", "refused", "busy");
  tally.add("5A", "void", "busy");
  tally.add("5B", "refused", "busy");
  assert.deepEqual(tally.take(), [
    { hotkey: "5A", kind: "refused", code: "busy", count: 3 },
    { hotkey: "5A", kind: "void", code: "busy", count: 1 },
    { hotkey: "5B", kind: "refused", code: "busy", count: 1 },
  ]);
  assert.deepEqual(tally.take(), []);
});

test("at the bound, what is known goes on counting; the rest is dropped and counted", async () => {
  const metrics = new MetricRegistry(new Tally([]));
  const tally = new ReasonTally(metrics);
  for (let i = 0; i < REASONS_MAX + 2; i++) tally.add(`5A${i}`, "refused", "busy");
  tally.add("5A0", "refused", "busy");
  assert.match((await metrics.expose()).body, /assay_reasons_dropped_total 2/);
  const taken = tally.take();
  assert.equal(taken.length, REASONS_MAX);
  assert.equal(taken[0]?.count, 2);
});
