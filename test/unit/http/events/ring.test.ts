import assert from "node:assert/strict";
import { test } from "node:test";
import { EventRing } from "../../../../src/http/events/ring.ts";

function filled(limit: number, count: number): EventRing {
  const ring = new EventRing(limit, 100);
  for (let i = 0; i < count; i++) ring.hold({ id: ring.next(), bytes: Buffer.from("x") });
  return ring;
}
const ids = (ring: EventRing, after: number) => ring.after(after)?.map(({ id }) => id) ?? null;

test("a reader that comes back gets what it missed", () => {
  const ring = filled(3, 3);
  assert.deepEqual(ids(ring, 101), [102, 103]);
  assert.deepEqual(ids(ring, 103), []);
  assert.deepEqual(ids(ring, 100), [101, 102, 103]);
});

test("at the bound the oldest is dropped, and who missed it is told so", () => {
  const ring = filled(3, 4);
  assert.equal(ring.length, 3);
  assert.deepEqual(ids(ring, 101), [102, 103, 104]);
  assert.equal(ids(ring, 100), null);
});

test("a number that was not given yet, or by another start, is unknown", () => {
  const ring = filled(3, 2);
  assert.equal(ids(ring, 103), null);
  assert.equal(ids(ring, 99), null);
  assert.equal(ids(ring, -1), null);
});

test("after all was forgotten no number of before is known, the last one included", () => {
  const ring = filled(3, 2);
  ring.clear();
  assert.equal(ring.length, 0);
  for (const id of [100, 101, 102]) assert.equal(ids(ring, id), null);
  assert.deepEqual(ids(ring, 103), []);
  ring.hold({ id: ring.next(), bytes: Buffer.from("x") });
  assert.deepEqual(ids(ring, 103), [104]);
});

test("numbers of events that are not held count too", () => {
  const ring = filled(3, 1);
  ring.next();
  assert.deepEqual(ids(ring, 102), []);
});
