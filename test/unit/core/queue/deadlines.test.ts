import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Deadlines, type Timed } from "../../../../src/core/queue/deadlines.ts";

const untimed = (): Timed => ({ slot: -1, prev: null, next: null });

describe("deadlines", () => {
  it("lifted at the head, in the middle and at the end of a slot leave the others in order", () => {
    for (const lifted of [[0], [2], [4], [0, 1], [3, 4], [1, 3], [0, 4], [4, 3, 2, 1, 0]]) {
      const deadlines = new Deadlines<Timed>(0);
      const items = Array.from({ length: 5 }, untimed);
      for (const item of items) deadlines.add(item, 1000);
      for (const i of lifted) deadlines.remove(items[i] ?? untimed());
      // Lifting it again, or one that never was set, changes nothing.
      for (const i of lifted) deadlines.remove(items[i] ?? untimed());
      deadlines.remove(untimed());
      const last = untimed();
      deadlines.add(last, 1000);
      const left = [...items.filter((_, i) => !lifted.includes(i)), last];
      const due = deadlines.due(1000);
      assert.equal(due.length, left.length);
      assert.ok(
        due.every((item, i) => item === left[i]),
        `without ${lifted}`,
      );
    }
  });

  const at = (deadlineAt: number, now = 0): { deadlines: Deadlines<Timed>; item: Timed } => {
    const deadlines = new Deadlines<Timed>(now);
    const item = untimed();
    deadlines.add(item, deadlineAt);
    return { deadlines, item };
  };

  it("fall due at the end of their slot, never early, and once", () => {
    for (const deadlineAt of [1, 249, 250, 251, 180_000, 180_000.5]) {
      const { deadlines, item } = at(deadlineAt);
      const end = Math.ceil(deadlineAt / 250) * 250;
      assert.deepEqual(deadlines.due(end - 0.01), [], `${deadlineAt} before its slot ends`);
      assert.deepEqual(deadlines.due(end), [item], `${deadlineAt} when its slot ends`);
      assert.deepEqual(deadlines.due(end + 1000), []);
    }
  });

  it("fall due together after a long time without a call, in order of their slots", () => {
    const deadlines = new Deadlines<Timed>(0);
    const items = [3000, 1000, 2000].map((deadlineAt) => {
      const item = untimed();
      deadlines.add(item, deadlineAt);
      return item;
    });
    assert.deepEqual(deadlines.due(1e6), [items[1], items[2], items[0]]);
  });

  it("that have passed when they are added fall due at the next slot", () => {
    const deadlines = new Deadlines<Timed>(10_000);
    deadlines.due(10_000);
    const item = untimed();
    deadlines.add(item, 5);
    assert.deepEqual(deadlines.due(10_250), [item]);
  });

  it("are gone when they are removed, also while others of their slot stay", () => {
    const { deadlines, item } = at(1000);
    const other = untimed();
    deadlines.add(other, 1000);
    deadlines.remove(item);
    deadlines.remove(item);
    assert.deepEqual(deadlines.due(5000), [other]);
  });

  it("move by a stall, and those added after it do not", () => {
    const { deadlines, item } = at(1000);
    deadlines.stall(10_000);
    assert.deepEqual(deadlines.due(10_999), []);
    const later = untimed();
    deadlines.add(later, 11_500);
    assert.deepEqual(deadlines.due(11_000), [item]);
    assert.deepEqual(deadlines.due(11_499), []);
    assert.deepEqual(deadlines.due(11_500), [later]);
  });
});
