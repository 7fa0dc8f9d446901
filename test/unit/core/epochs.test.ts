import assert from "node:assert/strict";
import { test } from "node:test";
import { EpochCalendar, everyHours } from "../../../src/core/epochs.ts";

const HOUR = 3_600_000;

test("epochs of one length follow each other to the millisecond", () => {
  const epochs = everyHours(2);
  const span = epochs.at(10 * HOUR);
  assert.deepEqual(span, { epoch: 5, hours: 2, beginsAt: 10 * HOUR, endsAt: 12 * HOUR });
  assert.equal(epochs.at(12 * HOUR - 1).epoch, 5);
  assert.equal(epochs.after(span).epoch, 6);
  assert.equal(epochs.before(span).epoch, 4);
  assert.deepEqual(
    epochs.accepted(12 * HOUR).map(({ epoch }) => epoch),
    [6, 5],
  );
});

test("another length begins at its moment, with numbers of its own, and its first epoch may be short", () => {
  const epochs = new EpochCalendar([
    { fromMs: 0, hours: 1 },
    { fromMs: 101 * HOUR, hours: 24 },
    { fromMs: 120 * HOUR, hours: 2 },
  ]);
  const last = epochs.at(101 * HOUR - 1);
  assert.deepEqual(last, { epoch: 100, hours: 1, beginsAt: 100 * HOUR, endsAt: 101 * HOUR });
  const first = epochs.after(last);
  assert.deepEqual(first, { epoch: 4, hours: 24, beginsAt: 101 * HOUR, endsAt: 120 * HOUR });
  assert.deepEqual(epochs.before(first), last);
  assert.deepEqual(epochs.after(first), { epoch: 60, hours: 2, beginsAt: 120 * HOUR, endsAt: 122 * HOUR });
  assert.deepEqual(
    epochs.accepted(101 * HOUR).map(({ epoch }) => epoch),
    [4, 100],
  );
});
