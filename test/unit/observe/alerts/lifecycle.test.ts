import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertRecord } from "../../../../src/core/alert.ts";
import { type Look, step } from "../../../../src/observe/alerts/lifecycle.ts";

const bad: Look = { text: "it is wrong", value: 2, threshold: 1 };

/** The states and events of evaluations one ms apart, from 1 on. */
function run(looks: readonly Look[], evaluations = 3, before: AlertRecord | null = null) {
  let record = before;
  const states: (string | null)[] = [];
  const events: string[] = [];
  looks.forEach((look, i) => {
    const next = step("restarts", record, look, { now: i + 1, evaluations });
    record = next.record;
    states.push(record?.state ?? null);
    if (next.event !== null) events.push(`${next.event.what} ${next.event.at}`);
  });
  return { record: record as AlertRecord | null, states, events };
}

test("what is found in N evaluations in a row fires at the Nth", () => {
  const { record, states, events } = run([bad, bad, bad, bad]);
  assert.deepEqual(states, ["pending", "pending", "firing", "firing"]);
  assert.deepEqual(events, ["firing 3"]);
  assert.deepEqual([record?.since, record?.firedAt, record?.text, record?.value], [1, 3, "it is wrong", 2]);
});

test("what is found one evaluation too few leaves nothing", () => {
  const { record, states, events } = run([bad, bad, null, bad, bad, null]);
  assert.deepEqual(states, ["pending", "pending", null, "pending", "pending", null]);
  assert.deepEqual([record, events], [null, []]);
});

test("with one evaluation it fires and is resolved at once", () => {
  assert.deepEqual(run([bad, null], 1).events, ["firing 1", "resolved 2"]);
});

test("a firing alert is resolved after N evaluations in a row without a finding", () => {
  const { states, events, record } = run([bad, bad, bad, null, null, bad, null, null, null]);
  assert.deepEqual(states.slice(3), ["firing", "firing", "firing", "firing", "firing", "resolved"]);
  assert.deepEqual(events, ["firing 3", "resolved 9"]);
  assert.deepEqual([record?.firedAt, record?.resolvedAt, record?.text], [3, 9, "it is wrong"]);
});

test("a firing alert goes on with the text and the numbers of the last finding", () => {
  const { record } = run([bad, bad, { text: "worse", value: 9, threshold: 1 }], 2);
  assert.deepEqual([record?.text, record?.value, record?.firedAt], ["worse", 9, 2]);
});

test("facts that are not known change nothing", () => {
  const { states, events } = run([
    "unknown",
    bad,
    "unknown",
    bad,
    "unknown",
    bad,
    null,
    "unknown",
    null,
    null,
  ]);
  assert.deepEqual(states, [
    null,
    "pending",
    "pending",
    "pending",
    "pending",
    "firing",
    "firing",
    "firing",
    "firing",
    "resolved",
  ]);
  assert.deepEqual(events, ["firing 6", "resolved 10"]);
});

test("a short finding after an alert leaves that alert as it was resolved", () => {
  const before = run([bad, null], 1).record;
  const after = run([bad, null], 3, before).record;
  assert.deepEqual([after?.state, after?.firedAt, after?.resolvedAt], ["resolved", 1, 2]);
});
