import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { RecentDraws } from "../../../../src/sample/watch/recent.ts";
import { SeededRandom } from "../../../support/dispatch/cap/queueing.ts";

function xs(count: number, seed: number): string[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => Buffer.from(random.bytes(8)).toString("hex"));
}

describe("recent draws", () => {
  it("are new once", () => {
    const recent = new RecentDraws(1024);
    const all = xs(1024, 1);
    assert.equal(all.filter((x) => recent.isNew(x)).length, 1024);
    assert.equal(all.filter((x) => recent.isNew(x)).length, 0);
  });

  it("are remembered for the limit at least, and for twice the limit at most", () => {
    const [first = "", ...others] = xs(257, 2);
    const at = (count: number): boolean => {
      const recent = new RecentDraws(128);
      for (const x of [first, ...others.slice(0, count)]) recent.isNew(x);
      return recent.isNew(first);
    };
    assert.deepEqual([at(127), at(128), at(254), at(255)], [false, false, false, true]);
  });

  it("are told apart whatever the limit, also where only their middle digits differ", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 64 }),
        fc.nat(7),
        (marks, power) => {
          const recent = new RecentDraws(2 ** power * 64);
          for (const mark of marks) {
            const x = `0000${mark.toString(16).padStart(8, "0")}ffff`;
            assert.equal(recent.isNew(x), true);
            assert.equal(recent.isNew(x), false);
          }
        },
      ),
    );
  });

  it("may be all zeros", () => {
    const recent = new RecentDraws(16);
    assert.equal(recent.isNew("0".repeat(16)), true);
    assert.equal(recent.isNew("0".repeat(16)), false);
  });

  it("are refused when they are no 16 digits, and so is a limit that is no power of two", () => {
    for (const x of ["", "7", "0".repeat(15), "0".repeat(17)]) {
      assert.throws(() => new RecentDraws(16).isNew(x), RangeError);
    }
    for (const limit of [0, 0.5, 3, 65_536]) assert.throws(() => new RecentDraws(limit), RangeError);
  });
});
