import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { designOf, initialEValue, observe } from "../../../../src/sample/watch/eValue.ts";

const rate = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });

function after(p: number, outcomes: readonly boolean[]) {
  const evidence = initialEValue();
  for (const sampled of outcomes) observe(evidence, designOf(p), sampled);
  return evidence;
}

describe("evidence against a design rate", () => {
  it("grows on the mean by what is staked and by no more, whatever came before", () => {
    fc.assert(
      fc.property(rate, fc.array(fc.boolean(), { maxLength: 70 }), (p, outcomes) => {
        const { value } = after(p, outcomes);
        const sampled = after(p, [...outcomes, true]);
        const unsampled = after(p, [...outcomes, false]);
        const mean = p * sampled.value + (1 - p) * unsampled.value;
        assert.ok(Math.abs(mean - (value + sampled.stake)) <= 1e-9 * (1 + mean), `${mean}`);
      }),
    );
  });

  it("stakes a half at first, a quarter next, and never more than 1 in all", () => {
    const evidence = initialEValue();
    const design = designOf(0.04);
    let staked = 0;
    for (let n = 0; n < 2 ** 16; n++) {
      observe(evidence, design, false);
      staked += evidence.stake;
      if (n < 2) assert.equal(staked, [0.5, 0.75][n]);
    }
    // The blocks 0..15 have 1/2 * (1 - 1/17) together.
    assert.ok(Math.abs(staked - (1 - 1 / 34)) < 1e-9, `${staked}`);
  });

  it("counts draws and those that were sampled", () => {
    const { draws, sampled } = after(0.5, [true, false, true]);
    assert.deepEqual([draws, sampled], [3, 2]);
  });

  it("refutes a rate of 0 or 1 by one outcome that it rules out, and by no other", () => {
    for (const certain of [0, 1]) {
      const kept = Array.from({ length: 1000 }, () => certain === 1);
      assert.ok(after(certain, kept).value <= 1);
      assert.equal(after(certain, [...kept, certain === 0]).value, Number.POSITIVE_INFINITY);
      assert.equal(after(certain, [certain === 0, ...kept]).value, Number.POSITIVE_INFINITY);
    }
  });

  it("stays a number through any run, however long and one-sided", () => {
    for (const p of [1e-18, 1e-6, 0.04, 0.5, 1 - 1e-6]) {
      for (const sampled of [true, false]) {
        const evidence = initialEValue();
        const design = designOf(p);
        for (let i = 0; i < 20_000; i++) observe(evidence, design, sampled);
        assert.ok(Number.isFinite(evidence.value) && evidence.value > 0, `${p} ${sampled}`);
        assert.ok(evidence.parts.every((part) => Number.isFinite(part) && part > 1e-12));
      }
    }
  });

  it("is not weighed for what is no rate", () => {
    for (const no of [-0.01, 1.01, Number.NaN]) assert.throws(() => designOf(no), RangeError);
  });
});
