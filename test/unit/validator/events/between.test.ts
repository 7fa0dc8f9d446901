import assert from "node:assert/strict";
import { test } from "node:test";
import { eventsBetween, type WatchedFacts } from "../../../../src/validator/events/between.ts";
import { planOf } from "../../../conformance/store/planCases.ts";

const quiet: WatchedFacts = {
  plans: [],
  vector: null,
  epoch: { number: 7, ends_at: 8 },
  closedEpoch: 5,
  standings: new Map([["5A", "cold_start"]]),
};
const told = (before: Partial<WatchedFacts>, after: Partial<WatchedFacts>): string[] | null =>
  eventsBetween({ ...quiet, ...before }, { ...quiet, ...after })?.map(
    ({ name, data }) => `${name} ${Object.values(data).join(" ")}`,
  ) ?? null;

test("where nothing changed nothing is told", () => {
  assert.deepEqual(told({}, {}), []);
});

test("an epoch that closes and one that begins are told", () => {
  assert.deepEqual(told({}, { epoch: { number: 8, ends_at: 9 }, closedEpoch: 6 }), [
    "epoch 6 closed",
    "epoch 8 open",
  ]);
  assert.deepEqual(told({ closedEpoch: null }, { closedEpoch: null }), []);
});

test("weights are told as signed, and then by each state in which their plan was seen", () => {
  const vector = { period: 3, rows: 1, at: 1 };
  assert.deepEqual(told({}, { vector, plans: [planOf(3)] }), ["weights 3 signed", "weights 3 planned"]);
  const committed = planOf(3, { state: "committed" });
  assert.deepEqual(told({ vector, plans: [planOf(3)] }, { vector, plans: [committed] }), [
    "weights 3 committed",
  ]);
  assert.deepEqual(told({ plans: [committed] }, { plans: [planOf(4), planOf(3, { state: "missed" })] }), [
    "weights 3 missed",
    "weights 4 planned",
  ]);
});

test("a plan that comes into view from the past is not told", () => {
  const [old, open] = [planOf(2, { state: "confirmed" }), planOf(3)];
  assert.deepEqual(told({ plans: [open] }, { plans: [open, old] }), []);
});

test("standings are told one by one up to 256, and beyond that everything is to be loaded anew", () => {
  const many = (count: number) =>
    new Map(Array.from({ length: count }, (_, i) => [`5${i}`, "active" as const]));
  assert.deepEqual(told({}, { standings: new Map([["5A", "active"]]) }), ["standing 5A active"]);
  assert.deepEqual(told({}, { standings: new Map() }), []);
  assert.equal(told({ standings: new Map() }, { standings: many(256) })?.length, 256);
  assert.equal(told({ standings: new Map() }, { standings: many(257) }), null);
});
