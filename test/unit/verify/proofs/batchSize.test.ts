import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FIRST_SIZE, nextSize } from "../../../../src/verify/proofs/batchSize.ts";
import { Suspects } from "../../../../src/verify/proofs/suspects.ts";

const clean = (count: number) => ({ count, invalid: 0 });

test("a batch starts at four and doubles while full ones are clean, up to the most", () => {
  const sizes = [FIRST_SIZE];
  for (let i = 0; i < 5; i++) sizes.push(nextSize(sizes[i] ?? 0, clean(sizes[i] ?? 0), 32));
  assert.deepEqual(sizes, [4, 8, 16, 32, 32, 32]);
  assert.equal(nextSize(16, clean(16), 20), 20, "the most need not be a power of two");
});

test("a clean batch that was not full changes nothing", () => {
  assert.equal(nextSize(8, clean(7), 32), 8);
  assert.equal(nextSize(8, clean(1), 32), 8);
});

test("one invalid answer halves, whatever its number, and never below one", () => {
  assert.equal(nextSize(32, { count: 32, invalid: 1 }, 32), 16);
  assert.equal(nextSize(32, { count: 2, invalid: 2 }, 32), 16);
  assert.equal(nextSize(3, { count: 3, invalid: 1 }, 32), 1);
  assert.equal(nextSize(1, { count: 1, invalid: 1 }, 32), 1);
  assert.equal(nextSize(1, clean(1), 32), 2, "and it grows again");
});

test("property: a size stays between one and the most, whatever comes", () => {
  const outcome = fc
    .tuple(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 0, max: 64 }))
    .map(([count, invalid]) => ({ count, invalid: Math.min(count, invalid) }));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 64 }), fc.array(outcome, { maxLength: 50 }), (most, outcomes) => {
      let size = Math.min(FIRST_SIZE, most);
      for (const one of outcomes) {
        size = nextSize(size, one, most);
        assert.ok(Number.isInteger(size) && size >= 1 && size <= most);
      }
    }),
  );
});

test("a suspect is one for an hour after its last invalid answer", () => {
  const hour = 3_600_000;
  const suspects = new Suspects();
  assert.equal(suspects.has("a", 0), false);
  suspects.caught("a", 0);
  assert.equal(suspects.has("a", hour - 1), true);
  assert.equal(suspects.has("a", hour), false);
  suspects.caught("a", hour - 1);
  assert.equal(suspects.has("a", hour), true);
  assert.equal(suspects.has("b", 0), false);
});

test("suspects are remembered within a bound: the one longest out of sight goes", () => {
  const suspects = new Suspects();
  for (let i = 0; i < 4096; i++) suspects.caught(`m${i}`, 0);
  assert.equal(suspects.has("m0", 1), true);
  suspects.caught("one more", 0);
  assert.equal(suspects.has("m0", 1), true, "it was asked after");
  assert.equal(suspects.has("m1", 1), false);
  assert.equal(suspects.has("one more", 1), true);
});
