import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { meanInterval, studentT, verdictOf } from "../../../../sim/campaign/interval.ts";
import { seededUnit } from "../../../../src/economics/seededUnit.ts";
import { count, countedAs, sameDigits } from "../../../support/figures.ts";

/** Two-sided quantiles as they are printed in statistical tables. */
const tabled: readonly (readonly [confidence: number, freedom: number, t: number])[] = [
  [0.95, 1, 12.706204736],
  [0.95, 2, 4.30265273],
  [0.95, 3, 3.182446305],
  [0.95, 4, 2.776445105],
  [0.95, 9, 2.262157163],
  [0.95, 29, 2.045229642],
  [0.95, 99, 1.984216952],
  [0.9, 10, 1.812461123],
  [0.99, 1, 63.656741162],
  [0.99, 5, 4.032142984],
  [0.999, 20, 3.8495162749],
];

describe("Student's t", () => {
  for (const [confidence, freedom, t] of tabled)
    it(`is ${t} at ${confidence} with ${freedom} degrees of freedom`, () => {
      sameDigits(studentT(confidence, freedom), t, 9);
    });

  it("comes to the normal quantile with many degrees of freedom", () => {
    sameDigits(studentT(0.95, 1e7), 1.959964, 6);
  });
});

describe("the interval of a mean", () => {
  it("reaches t standard errors to both sides", () => {
    const { mean, low, high } = meanInterval([1, 2, 3, 4, 5]);
    assert.equal(mean, 3);
    sameDigits(low ?? Number.NaN, 3 - 2.776445105 * Math.sqrt(0.5), 9);
    sameDigits(high ?? Number.NaN, 3 + 2.776445105 * Math.sqrt(0.5), 9);
  });

  it("has bounds from two values on, and none with one", () => {
    assert.deepEqual(meanInterval([4]), { mean: 4, low: null, high: null });
    const two = meanInterval([1, 3]);
    sameDigits(two.high ?? Number.NaN, 2 + 12.706204736, 9);
    assert.throws(() => meanInterval([]), RangeError);
  });

  it("is a point where all values are alike", () => {
    assert.deepEqual(meanInterval([2, 2, 2]), { mean: 2, low: 2, high: 2 });
  });

  it("holds the true mean of a normal law as often as it says", () => {
    const unit = seededUnit(11);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
    const rounds = 20_000;
    const hits = count(rounds, () => {
      const { low, high } = meanInterval(Array.from({ length: 5 }, () => 7 + 3 * normal()));
      return low !== null && high !== null && low <= 7 && 7 <= high;
    });
    countedAs(0.95, hits, rounds);
  });

  it("moves with its values and is wider with more confidence", () => {
    const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 12 });
    fc.assert(
      fc.property(values, fc.integer({ min: -1000, max: 1000 }), (sample, by) => {
        const [still, moved] = [meanInterval(sample), meanInterval(sample.map((value) => value + by))];
        assert.ok(Math.abs((moved.low ?? 0) - (still.low ?? 0) - by) < 1e-6);
        const wide = meanInterval(sample, 0.99);
        assert.ok((wide.low ?? 0) <= (still.low ?? 0) && (still.high ?? 0) <= (wide.high ?? 0));
      }),
    );
  });
});

describe("the verdict of an interval", () => {
  it("is undecided up to 0 and decided past it", () => {
    const verdict = (low: number | null, high: number | null): string => verdictOf({ mean: 0, low, high });
    assert.equal(verdict(0, 2), "undecided");
    assert.equal(verdict(Number.MIN_VALUE, 2), "profits");
    assert.equal(verdict(-2, 0), "undecided");
    assert.equal(verdict(-2, -Number.MIN_VALUE), "loses");
    assert.equal(verdict(-1, 1), "undecided");
    assert.equal(verdict(null, null), "undecided");
  });
});
