import assert from "node:assert/strict";
import { test } from "node:test";
import { KindTimes } from "../../../src/dispatch/kindTimes.ts";

const MAX = 180_000;

function filled(count: number, of: (i: number) => number): KindTimes {
  const times = new KindTimes(MAX);
  for (let i = 0; i < count; i++) times.verified("kind", of(i));
  return times;
}

test("the reference is the 10th percentile of 8 and more, 0 below", () => {
  assert.equal(filled(7, () => 500).referenceMs("kind"), 0);
  assert.equal(filled(8, (i) => 800 - i * 100).referenceMs("kind"), 100);
  assert.equal(filled(10, (i) => 1000 - i * 100).referenceMs("kind"), 200);
  assert.equal(new KindTimes(MAX).referenceMs("unknown"), 0);
});

test("only the last 256 count; of a full ring they are looked at every eight, before that at once", () => {
  const few = filled(8, () => 100);
  few.verified("kind", 50);
  assert.equal(few.referenceMs("kind"), 50);
  const times = filled(256, () => 100);
  assert.equal(times.referenceMs("kind"), 100);
  // 231 of 256 turn the 10th percentile; 224 and 232 are multiples of eight.
  for (let i = 0; i < 231; i++) {
    times.verified("kind", 900);
    assert.equal(times.referenceMs("kind"), 100);
  }
  times.verified("kind", 900);
  assert.equal(times.referenceMs("kind"), 900);
});

test("the deadline is twice the 95th percentile of 50 and more, within 1 s and the longest", () => {
  assert.equal(filled(49, () => 5000).deadlineMs("kind"), MAX);
  assert.equal(filled(50, () => 5000).deadlineMs("kind"), 10_000);
  assert.equal(filled(100, (i) => i * 1000).deadlineMs("kind"), MAX);
  assert.equal(filled(100, (i) => i * 100).deadlineMs("kind"), 19_000);
  assert.equal(filled(50, () => 499).deadlineMs("kind"), 1000);
  assert.equal(new KindTimes(MAX).deadlineMs("unknown"), MAX);
});

test("what is no time is left out", () => {
  const times = filled(60, () => 1000);
  for (const ms of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    for (let i = 0; i < 256; i++) times.verified("kind", ms);
  }
  assert.deepEqual([times.referenceMs("kind"), times.deadlineMs("kind")], [1000, 2000]);
});

test("a kind that became slower for all miners gets a longer deadline", () => {
  const times = filled(60, () => 1000);
  const miss = (count: number): void => {
    for (let i = 0; i < count; i++) times.missed("kind");
  };
  miss(63);
  times.verified("kind", 1000);
  miss(63);
  assert.equal(times.deadlineMs("kind"), 2000);
  miss(1);
  assert.equal(times.deadlineMs("kind"), 4000);
  miss(64 * 20);
  assert.equal(times.deadlineMs("kind"), MAX);
  // The new times carry the deadline before the widening ends.
  for (let i = 0; i < 63; i++) times.verified("kind", 9000);
  assert.equal(times.deadlineMs("kind"), MAX);
  times.verified("kind", 9000);
  assert.equal(times.deadlineMs("kind"), 18_000);
  times.missed("unknown");
  assert.equal(times.deadlineMs("unknown"), MAX);
});

test("a snapshot brings the same back, oldest first, and what makes no sense is left out", () => {
  const times = filled(300, (i) => i);
  times.verified("other", 5);
  const snapshot = times.snapshot();
  assert.deepEqual(
    snapshot.get("kind"),
    Array.from({ length: 256 }, (_, i) => i + 44),
  );
  assert.deepEqual([...snapshot.keys()], ["kind", "other"]);
  assert.deepEqual(new KindTimes(MAX, snapshot).snapshot(), snapshot);
  const hostile = new Map([["kind", [Number.NaN, -5, MAX + 1, Number.POSITIVE_INFINITY, 7]]]);
  assert.deepEqual(new KindTimes(MAX, hostile).snapshot(), new Map([["kind", [7]]]));
});

test("at most 1024 kinds; the least recently verified one is dropped", () => {
  const times = new KindTimes(MAX);
  for (let i = 0; i < 1024; i++) times.verified(`kind${i}`, 1);
  times.verified("kind0", 1);
  times.verified("one more", 1);
  const kinds = times.snapshot();
  assert.equal(kinds.size, 1024);
  assert.deepEqual([kinds.has("kind0"), kinds.has("kind1"), kinds.has("one more")], [true, false, true]);
});
