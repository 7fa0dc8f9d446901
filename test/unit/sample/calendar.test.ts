import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochRecord } from "../../../src/flow/draw.ts";
import { calendarOf, firstUncommitted, spanOf } from "../../../src/sample/calendar.ts";

const HOUR = 3_600_000;

/** A record of an epoch; without `hours` one of a version that did not store them. */
function record(epoch: number, committed_at: number, hours?: number, beginsAt?: number): EpochRecord {
  const begins_at = beginsAt ?? epoch * (hours ?? 1) * HOUR;
  const ends_at = (epoch + 1) * (hours ?? 1) * HOUR;
  const terms = { hours: hours ?? 1, begins_at, ends_at, scheme: "sealed" as const, lanes: {} };
  return {
    ...{ epoch, commitment: "c", committed_at, signature: "s", key_id: "k", closed_at: null },
    policy: { lanes: {}, classes: { customer: "1", cold_start: "1", struck: "1" }, floor: "1" },
    ...{ revealed_key: null, log_head: "c", log_length: 0 },
    ...(hours === undefined ? {} : { terms }),
  };
}

test("with the configured length on record nothing changes", () => {
  const calendar = calendarOf([record(500, 500 * HOUR, 1), record(501, 500 * HOUR, 1)], 1);
  assert.equal(calendar.at(700 * HOUR).epoch, 700);
  assert.equal(calendarOf([], 3).at(9 * HOUR).epoch, 3);
});

test("another length begins when the last epoch on record ends, also after a long pause", () => {
  const open = [record(499, 498 * HOUR, 1), record(500, 499 * HOUR, 1), record(501, 500 * HOUR, 1)];
  const calendar = calendarOf(open, 2);
  assert.equal(calendar.at(502 * HOUR - 1).epoch, 501);
  assert.deepEqual(calendar.at(502 * HOUR), {
    ...{ epoch: 251, hours: 2, beginsAt: 502 * HOUR, endsAt: 504 * HOUR },
  });
  assert.equal(firstUncommitted(calendar, open, 500.5 * HOUR).epoch, 251);
  assert.equal(firstUncommitted(calendar, open, 900 * HOUR).epoch, 450);
});

test("a change that is on record is found again, and one that was taken back before it began is not", () => {
  const before = [record(500, 499 * HOUR, 1), record(501, 500 * HOUR, 1)];
  assert.equal(calendarOf(before, 1).at(502 * HOUR).epoch, 502);
  const after = [...before, record(251, 501 * HOUR, 2, 502 * HOUR)];
  assert.equal(calendarOf(after, 2).at(503 * HOUR).epoch, 251);
  assert.equal(calendarOf(after, 2).at(501 * HOUR).epoch, 501);
  assert.equal(calendarOf(after, 1).at(503 * HOUR).epoch, 251);
  assert.equal(calendarOf(after, 1).at(504 * HOUR).epoch, 504);
});

test("the length of a record that lacks it is the configured one, or follows from its number and time", () => {
  const at = 480_000 * HOUR + HOUR / 2;
  for (const epoch of [480_000, 480_001]) assert.equal(spanOf(record(epoch, at), 1).hours, 1);
  for (const epoch of [240_000, 240_001]) assert.equal(spanOf(record(epoch, at), 1).hours, 2);
  assert.equal(spanOf(record(20_000, at), 1).hours, 24);
  assert.equal(spanOf(record(7, at), 1).hours, 1);
});
