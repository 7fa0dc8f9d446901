import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { incentives } from "../../../src/economics/yuma.ts";

const near = (actual: readonly number[], expected: readonly number[]): void => {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] ?? Number.NaN)) < 1e-12, `${actual} is not ${expected}`);
  });
};

describe("one validator", () => {
  it("pays as it weighs", () => {
    near(incentives([1], [[0.5, 0.3, 0.2, 0]]), [0.5, 0.3, 0.2, 0]);
  });

  it("that gives nothing pays nothing, and no validator pays nobody", () => {
    assert.deepEqual(incentives([1], [[0, 0]]), [0, 0]);
    assert.deepEqual(incentives([], []), []);
  });
});

describe("several validators", () => {
  // Stakes as they are in several-validators.yaml, in shares of their sum.
  const stakes = [44.4, 35.7, 7.09, 6.24, 4.49].map((stake) => stake / 97.92);
  /** Two miners: the first gets half from everybody but those who put it out. */
  const without = (...out: readonly number[]): number =>
    incentives(
      stakes,
      stakes.map((_, i) => (out.includes(i) ? [0, 1] : [0.5, 0.5])),
    )[0] ?? Number.NaN;

  it("take their share of the stake away while they are less than half of it", () => {
    // The other miner is clipped to the half that most of the stake gives it.
    for (const out of [[], [0], [1], [4], [1, 2, 4], [0, 4]]) {
      const left = 1 - out.reduce((sum, i) => sum + (stakes[i] ?? 0), 0);
      near([without(...out)], [(0.5 * left) / (0.5 * left + 0.5)]);
    }
  });

  it("take all of it once they are more than half", () => {
    for (const out of [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2, 3, 4],
      [0, 1, 2, 3, 4],
    ])
      assert.equal(without(...out), 0, String(out));
  });

  it("of exactly half of the stake leave the other half's weight, in any order", () => {
    near(
      incentives(
        [0.5, 0.5],
        [
          [0.4, 0.6],
          [0, 1],
        ],
      ),
      [0.2, 0.8],
    );
    near(
      incentives(
        [0.5, 0.5],
        [
          [0, 1],
          [0.4, 0.6],
        ],
      ),
      [0.2, 0.8],
    );
    const tenths = new Array<number>(10).fill(0.1);
    const half = tenths.map((_, i) => (i % 2 === 0 ? [0.4, 0.6] : [0, 1]));
    assert.ok((incentives(tenths, half)[0] ?? 0) > 0, "a sum of shares that comes to one half is one half");
  });

  it("clip what one of them gives a miner to what most of the stake gives it", () => {
    // The median is 0.2, 0.8; the last one's 1 for the first miner counts for 0.2: 0.2 and 0.6 x 0.8.
    near(
      incentives(
        [0.3, 0.3, 0.4],
        [
          [0.2, 0.8],
          [0.2, 0.8],
          [1, 0],
        ],
      ),
      [0.2 / 0.68, 0.48 / 0.68],
    );
  });

  it("that agree on nothing pay nothing", () => {
    assert.deepEqual(
      incentives(
        [0.4, 0.3, 0.3],
        [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
      ),
      [0, 0, 0],
    );
  });
});

describe("any weights of any stake", () => {
  const shares = (count: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: count, maxLength: count }).map((parts) => {
      const sum = parts.reduce((total, part) => total + part, 0);
      return parts.map((part) => part / sum);
    });
  const network = fc
    .record({ validators: fc.integer({ min: 1, max: 6 }), miners: fc.integer({ min: 1, max: 6 }) })
    .chain(({ validators, miners }) =>
      fc.record({
        stakes: shares(validators),
        weights: fc.array(shares(miners), { minLength: validators, maxLength: validators }),
      }),
    );

  it("come to 1 or to nothing, none below 0", () => {
    fc.assert(
      fc.property(network, ({ stakes, weights }) => {
        const paid = incentives(stakes, weights);
        const sum = paid.reduce((total, one) => total + one, 0);
        assert.ok(paid.every((one) => one >= 0));
        assert.ok(sum === 0 || Math.abs(sum - 1) < 1e-9, String(sum));
      }),
    );
  });

  it("are what they are in whatever order validators and miners come", () => {
    fc.assert(
      fc.property(network, ({ stakes, weights }) => {
        const turned = incentives(stakes.toReversed(), weights.map((row) => row.toReversed()).toReversed());
        near(turned.toReversed(), incentives(stakes, weights));
      }),
    );
  });

  it("are as those who agree say, where they are more than half", () => {
    fc.assert(
      fc.property(
        shares(4),
        shares(4),
        fc.double({ min: 0.51, max: 0.99, noNaN: true }),
        (agreed, other, stake) => {
          const paid = incentives([stake / 2, stake / 2, 1 - stake], [agreed, agreed, other]);
          // The rest can only leave out: of each miner it gives the lesser of both.
          const given = agreed.map(
            (weight, i) => stake * weight + (1 - stake) * Math.min(weight, other[i] ?? 0),
          );
          const sum = given.reduce((total, one) => total + one, 0);
          near(
            paid,
            given.map((one) => one / sum),
          );
        },
      ),
    );
  });
});
