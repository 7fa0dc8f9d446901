import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import fc from "fast-check";
import { lengthPrefixed } from "../../../src/core/bytes.ts";
import { decide, isSampled, sampleKey } from "../../../src/sample/draw.ts";
import { ratesOf } from "../../../src/sample/policy.ts";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 400 }),
  // Half a pair, which UTF-8 has no bytes for.
  fc.string({ maxLength: 5 }).map((start) => `${start}\ud800`),
  // Around and past what is hashed without an object for it.
  fc.integer({ min: 300, max: 2000 }).map((length) => "é".repeat(length)),
);
const rate = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }))
  .map(([a, b]) => (a < b ? `${a}/${b}` : `${b}/${a === 0n ? 1n : a}`));

describe("a draw", () => {
  it("is HMAC-SHA256 of the three texts, compared with the exact threshold, whatever they are", () => {
    fc.assert(
      fc.property(text, text, text, rate, fc.nat(1000), (lane, hotkey, workId, written, epoch) => {
        const k = sampleKey(Buffer.alloc(32, 9), epoch);
        const rates = ratesOf({
          lanes: { [lane]: written },
          classes: { customer: "1", cold_start: "1", struck: "1" },
          floor: "0",
        });
        const draw = decide(k, rates, { epoch, lane, hotkey, workId, classes: [] });
        const message = Buffer.concat([lengthPrefixed(lane), lengthPrefixed(hotkey), lengthPrefixed(workId)]);
        const x = createHmac("sha256", k).update(message).digest();
        assert.equal(draw.x, x.toString("hex", 0, 8));
        const [num = 0n, den = 1n] = written.split("/").map(BigInt);
        const sampled = x.readBigUInt64BE() < (num << 64n) / den;
        assert.equal(draw.sampled, sampled);
        const applied = rates.lanes.get(lane);
        assert.equal(applied && isSampled(x, applied), sampled);
      }),
      { numRuns: 500 },
    );
  });
});
