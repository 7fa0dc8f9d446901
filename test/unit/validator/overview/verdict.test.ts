import assert from "node:assert/strict";
import { test } from "node:test";
import { type PlanFacts, type VerdictFacts, verdictOf } from "../../../../src/validator/overview/verdict.ts";

const well: VerdictFacts = {
  draining: false,
  checks: [{ name: "store", ok: true }],
  weighing: { running: 10, since: 0, into: 3, length: 360 },
  vector: { period: 9, rows: 4 },
  onChain: true,
  plans: [{ period: 9, state: "committed", reason: null, age: 3 }],
  alarms: [],
  faults: [],
};

const of = (change: Partial<VerdictFacts>): string => {
  const { earning, reason, text } = verdictOf({ ...well, ...change });
  assert.ok(text.length > 10 && text.endsWith("."), text);
  return `${earning} ${reason}`;
};
const failing = (name: string): Partial<VerdictFacts> => ({
  checks: [{ name, ok: false, detail: "it has failed for a while" }],
});
const plan = (change: Partial<PlanFacts>): PlanFacts => ({
  period: 9,
  state: "planned",
  reason: null,
  age: 3,
  ...change,
});
const weighing = (change: object) => ({
  weighing: { running: 10, since: 0, into: 3, length: 360, ...change },
});

test("a validator whose weights are on their way earns", () => {
  assert.equal(of({}), "true earning");
  assert.equal(of({ onChain: false, plans: [] }), "true earning");
});

test("who stops, or takes no work by an order, earns as far as it is known", () => {
  assert.equal(of({ draining: true, ...failing("store") }), "null draining");
  assert.equal(of(failing("process")), "null draining");
});

test("a store, clock or chain that fails is the reason, the store before the others", () => {
  assert.equal(of(failing("store")), "false store_failing");
  assert.equal(of(failing("clock")), "false clock_in_doubt");
  assert.equal(of(failing("chain")), "false chain_stale");
  const both = [...(failing("chain").checks ?? []), ...(failing("store").checks ?? [])];
  assert.equal(of({ checks: both }), "false store_failing");
});

test("before the first weights are due nothing can be said, and from then on they are late", () => {
  assert.equal(of({ weighing: null }), "null starting");
  assert.equal(of({ vector: null, ...weighing({ since: 10 }) }), "null starting");
  assert.equal(of({ vector: null, ...weighing({ since: 9, into: 5 }), plans: [] }), "true earning");
  assert.equal(of({ vector: null, ...weighing({ since: 9, into: 6 }), plans: [] }), "false weights_late");
});

test("weights are late from the sixth block after the end of their period on, and at once when two are missing", () => {
  const last = { period: 8, rows: 4 };
  assert.equal(of({ vector: last, ...weighing({ into: 5 }) }), "true earning");
  assert.equal(of({ vector: last, ...weighing({ into: 6 }) }), "false weights_late");
  assert.equal(of({ vector: { period: 7, rows: 4 }, ...weighing({ into: 0 }) }), "false weights_late");
  const told = verdictOf({ ...well, vector: null, ...weighing({ into: 9 }), faults: ["the mark is ahead"] });
  assert.match(told.text, /the mark is ahead/);
});

test("a vector without a weight says that no miner earned", () => {
  assert.equal(of({ vector: { period: 9, rows: 0 } }), "false no_miners");
});

test("what is late or was missed on the chain is told by its name", () => {
  const alarm = (code: string) => of({ alarms: [{ code, text: "it is late" }] });
  assert.equal(alarm("weights_late"), "false weights_late");
  assert.equal(alarm("reveal_late"), "false weights_not_revealed");
  assert.equal(alarm("confirmation_late"), "false weights_not_revealed");
  assert.equal(alarm("burn_absent"), "false weights_withheld");
  assert.equal(alarm("another_validator_on_this_hotkey"), "false another_validator");
  assert.equal(alarm("of_a_later_version"), "true earning");
});

test("a missed period counts until a later one is confirmed; an open one between them does not", () => {
  const missed = plan({ period: 8, state: "missed" });
  assert.equal(of({ plans: [plan({ state: "submitted" }), missed] }), "false weights_missed");
  assert.equal(of({ plans: [plan({ state: "confirmed" }), missed] }), "true earning");
});

test("without alarms of its own a process goes by the age of the plan: half a period", () => {
  assert.equal(of({ plans: [plan({ age: 180 })] }), "true earning");
  assert.equal(of({ plans: [plan({ age: 181 })] }), "false weights_late");
  assert.equal(of({ plans: [plan({ age: 181, state: "committed" })] }), "true earning");
});

test("a vector that was never handed to the chain is withheld", () => {
  const late = weighing({ into: 6 });
  assert.equal(of({ plans: [plan({ period: 8, state: "confirmed" })], ...late }), "false weights_withheld");
  assert.equal(of({ plans: [plan({ period: 8, state: "confirmed" })] }), "true earning");
});

test("a check that closes the intake is named; a full queue of verifications is not one", () => {
  assert.equal(of(failing("disk")), "false not_ready");
  assert.equal(of(failing("canary")), "false not_ready");
  assert.equal(of(failing("verification")), "true earning");
});
