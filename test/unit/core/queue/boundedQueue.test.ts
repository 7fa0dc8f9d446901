import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { BoundedQueue } from "../../../../src/core/queue/boundedQueue.ts";

describe("a bounded queue", () => {
  it("takes its limit, refuses the next, and goes on", () => {
    const queue = new BoundedQueue<number>(2);
    assert.deepEqual([queue.push(1), queue.push(2), queue.push(3)], [true, true, false]);
    assert.equal(queue.length, 2);
    assert.deepEqual(
      [queue.shift(), queue.push(4), queue.shift(), queue.shift(), queue.shift()],
      [1, true, 2, 4, undefined],
    );
    assert.equal(queue.length, 0);
  });

  it("of limit 0 takes nothing", () => {
    const queue = new BoundedQueue<number>(0);
    assert.deepEqual([queue.push(1), queue.length, queue.shift()], [false, 0, undefined]);
    for (const limit of [-1, 0.5, Number.NaN]) assert.throws(() => new BoundedQueue(limit), RangeError);
  });

  it("keeps its order however long it lives", () => {
    const queue = new BoundedQueue<number>(1500);
    let [pushed, shifted] = [0, 0];
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 200 + (round % 7) * 50; i++) if (queue.push(pushed)) pushed++;
      for (let i = 0; i < 150 + (round % 5) * 80; i++)
        if (queue.length > 0) assert.equal(queue.shift(), shifted++);
      assert.equal(queue.length, pushed - shifted);
      assert.ok(queue.length <= 1500);
    }
    assert.ok(pushed > 5000);
  });

  it("takes the first of the next few that is wanted, and leaves the others in order", () => {
    const queue = new BoundedQueue<number>(10);
    for (const item of [1, 2, 3, 4]) queue.push(item);
    const even = (item: number): boolean => item % 2 === 0;
    assert.deepEqual([queue.takeFirst(8, even), queue.takeFirst(8, even)], [2, 4]);
    assert.deepEqual([queue.takeFirst(8, even), queue.takeFirst(0, () => true)], [undefined, undefined]);
    assert.deepEqual([queue.shift(), queue.shift(), queue.length], [1, 3, 0]);
  });

  it("does not stop behind items that are not wanted", () => {
    const queue = new BoundedQueue<number>(100);
    for (let i = 0; i < 41; i++) queue.push(i);
    let looks = 1;
    while (queue.takeFirst(8, (item) => item === 40) === undefined) looks++;
    assert.ok(looks <= 6, `after ${looks} looks`);
    const left = Array.from({ length: 40 }, () => queue.takeFirst(8, () => true) ?? -1);
    assert.deepEqual(
      left.toSorted((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i),
    );
  });

  it("is bounded, except for items put back to its front", () => {
    const queue = new BoundedQueue<string>(2);
    for (const item of ["a", "b"]) queue.push(item);
    const first = queue.shift() ?? assert.fail();
    assert.equal(queue.push("c"), true);
    queue.unshift(first);
    assert.deepEqual([queue.length, queue.push("d")], [3, false]);
    // Nobody is lost by going to the end of a queue that is over its limit.
    assert.equal(
      queue.takeFirst(2, () => false),
      undefined,
    );
    assert.deepEqual([queue.shift(), queue.shift(), queue.shift()], ["c", "a", "b"]);
  });
});
