import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Buckets } from "../../../src/admit/buckets.ts";

const make = (keys = 10) => new Buckets({ burst: 3, perSecond: 20, keys });

describe("Buckets", () => {
  it("lets a burst through and no more", () => {
    const buckets = make();
    assert.deepEqual(
      [1, 2, 3, 4, 5].map(() => buckets.take("a", 1000)),
      [0, 0, 0, 50, 50],
    );
  });

  it("gives a token back exactly when it said", () => {
    const buckets = make();
    for (let taken = 0; taken < 3; taken++) buckets.take("a", 0);
    assert.equal(buckets.take("a", 49), 1);
    assert.equal(buckets.take("a", 50), 0);
    assert.equal(buckets.take("a", 50), 50);
  });

  it("is full again after the whole burst's time, and never fuller", () => {
    const buckets = make();
    for (let taken = 0; taken < 3; taken++) buckets.take("a", 0);
    assert.deepEqual(
      [1, 2, 3, 4].map(() => buckets.take("a", 150)),
      [0, 0, 0, 50],
    );
    assert.deepEqual(
      [1, 2, 3, 4].map(() => buckets.take("a", 1e9)),
      [0, 0, 0, 50],
    );
  });

  it("keeps keys apart", () => {
    const buckets = make();
    for (let taken = 0; taken < 4; taken++) buckets.take("a", 0);
    assert.equal(buckets.take("b", 0), 0);
  });

  it("forgets the longest unused key, and a refused one is in use", () => {
    const buckets = make(2);
    for (let taken = 0; taken < 3; taken++) buckets.take("a", 0);
    buckets.take("b", 0);
    assert.equal(buckets.take("a", 0), 50);
    buckets.take("c", 0);
    assert.equal(buckets.size, 2);
    assert.equal(buckets.dropped, 1);
    assert.equal(buckets.take("a", 0), 50);
  });

  it("refuses a rate that is none", () => {
    assert.throws(() => new Buckets({ burst: 0, perSecond: 1, keys: 1 }), RangeError);
    assert.throws(() => new Buckets({ burst: 1, perSecond: 0, keys: 1 }), RangeError);
    assert.throws(() => new Buckets({ burst: Number.NaN, perSecond: 1, keys: 1 }), RangeError);
  });
});
