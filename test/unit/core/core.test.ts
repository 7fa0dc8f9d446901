import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { lengthPrefixed, readU64, u32 } from "../../../src/core/bytes.ts";
import { canonical } from "../../../src/core/canonical.ts";
import { type Fraction, largest, lessThan, parseFraction, threshold64 } from "../../../src/core/fraction.ts";
import { asEpoch, epochAt, epochStartMs, isReceiptId, receiptId } from "../../../src/core/ids.ts";
import { sibling } from "../../../src/core/sibling.ts";

const fraction = (text: string): Fraction => parseFraction(text) ?? assert.fail(text);

describe("fractions", () => {
  it("have exact thresholds", () => {
    assert.equal(threshold64(fraction("20/500")), 737_869_762_948_382_064n);
    assert.equal(threshold64(fraction("0.04")), threshold64(fraction("20/500")));
    assert.equal(threshold64(fraction("1")), 2n ** 64n);
    assert.equal(threshold64(fraction("0")), 0n);
    assert.equal(threshold64(fraction("1/2")), 2n ** 63n);
    assert.equal(threshold64(fraction("999999999999999999/999999999999999999")), 2n ** 64n);
    assert.equal(threshold64(fraction("1/999999999999999999")), 18n);
  });

  it("are read exactly, digit by digit", () => {
    const digits = fc.stringMatching(/^\d{1,18}$/);
    fc.assert(
      fc.property(digits, (places) => {
        const { num, den, text } = fraction(`0.${places}`);
        assert.equal(num, BigInt(places));
        assert.equal(den, 10n ** BigInt(places.length));
        assert.equal(text, `0.${places}`);
      }),
    );
    assert.equal(fraction("0.100000000000000001").num, 100_000_000_000_000_001n);
    assert.equal(fraction("1.000").num, 1000n);
  });

  it("above 1, below 0 or of any other form are refused", () => {
    const bad = [
      "",
      " ",
      "1.1",
      "2",
      "3/2",
      "-1",
      "-1/2",
      "1/-2",
      "1/0",
      "0/0",
      "1/2/3",
      ".5",
      "1.",
      "1e-3",
      "0x1",
    ];
    bad.push("1 / 2", "1/2\n", "٣", "NaN", "Infinity", "1/1000000000000000000", `0.${"1".repeat(19)}`, "1,0");
    for (const text of bad) assert.equal(parseFraction(text), null, JSON.stringify(text));
  });

  it("compare exactly, where floats see no difference", () => {
    const [less, more] = [fraction("0.333333333333333333"), fraction("1/3")];
    assert.equal(Number(less.num) / Number(less.den), 1 / 3);
    assert.ok(lessThan(less, more));
    assert.ok(!lessThan(more, less));
    assert.ok(!lessThan(fraction("20/500"), fraction("1/25")));
    assert.equal(largest(less, more, fraction("0")), more);
    assert.equal(largest(less), less);
    const [first, second] = [fraction("1/2"), fraction("0.5")];
    assert.equal(largest(first, second), first);
  });
});

describe("canonical JSON", () => {
  it("is that of RFC 8785", () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '€$\u000f\nA\'B"\\\\"/',
      literals: [null, true, false],
    };
    assert.equal(
      canonical(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it("orders names by UTF-16 code units at every depth, and does not depend on how they came", () => {
    assert.equal(
      canonical({ "\u{1f600}": 1, "\ufb33": 2, a: { z: 1, b: 2 } }),
      '{"a":{"b":2,"z":1},"\u{1f600}":1,"\ufb33":2}',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
        const text = canonical(value);
        assert.equal(canonical(Object.fromEntries(Object.entries(value).reverse())), text);
        assert.equal(canonical(JSON.parse(text)), text);
      }),
    );
  });

  it("of a value without a JSON form does not exist", () => {
    for (const value of [
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      { a: Number.NaN },
      "\ud800",
      () => 1,
    ])
      assert.throws(() => canonical(value));
  });
});

describe("epochs", () => {
  it("begin on the millisecond", () => {
    // The last one begins near the year 9800.
    for (const hours of [1, 24, 8760])
      for (const epoch of [0, 1, Math.floor(247_000_000_000_000 / (3_600_000 * hours))]) {
        const start = epochStartMs(asEpoch(epoch), hours);
        assert.equal(epochAt(start, hours), epoch);
        assert.equal(epochAt(start + 3_600_000 * hours - 1, hours), epoch);
        assert.equal(epochAt(start - 1, hours), epoch - 1);
      }
    assert.equal(epochAt(1_795_312_800_000, 1), 498_698);
  });
});

describe("bytes", () => {
  it("lengthPrefixed counts bytes, not characters, up to 65,535", () => {
    assert.equal(lengthPrefixed("").toString("hex"), "0000");
    assert.equal(lengthPrefixed("ab").toString("hex"), "00026162");
    assert.equal(lengthPrefixed("é").toString("hex"), "0002c3a9");
    assert.equal(lengthPrefixed("x".repeat(65_535)).subarray(0, 2).toString("hex"), "ffff");
    assert.throws(() => lengthPrefixed("x".repeat(65_536)), RangeError);
    assert.throws(() => lengthPrefixed(`${"x".repeat(65_534)}é`), RangeError);
  });

  it("lengthPrefixed of two texts is unambiguous", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), fc.string(), (a, b, c, d) => {
        const same = Buffer.concat([lengthPrefixed(a), lengthPrefixed(b)]).equals(
          Buffer.concat([lengthPrefixed(c), lengthPrefixed(d)]),
        );
        assert.equal(same, a === c && b === d);
      }),
    );
  });

  it("u32 is big-endian and takes 0..2^32-1", () => {
    assert.equal(u32(0).toString("hex"), "00000000");
    assert.equal(u32(258).toString("hex"), "00000102");
    assert.equal(u32(4_294_967_295).toString("hex"), "ffffffff");
    for (const value of [-1, 4_294_967_296]) assert.throws(() => u32(value), RangeError);
  });

  it("readU64 reads the first eight bytes, wherever they stand", () => {
    const bytes = Buffer.from("ff0102030405060708ff", "hex");
    assert.equal(readU64(bytes.subarray(1)), 0x0102030405060708n);
    assert.equal(readU64(new Uint8Array(8).fill(0xff)), 2n ** 64n - 1n);
    assert.throws(() => readU64(new Uint8Array(7)), RangeError);
  });
});

test("receipt ids are recognised, and nothing else is one", () => {
  const random = new Uint8Array(16).fill(0xab);
  const id = receiptId(1_795_312_800_000.75, random);
  assert.equal(id, `rc_01a200fb5100${"ab".repeat(10)}`);
  assert.ok(isReceiptId(id));
  assert.ok(receiptId(1_795_312_800_001, new Uint8Array(16)) > id);
  for (const other of ["", "rc_", id.toUpperCase(), `${id}0`, id.slice(1), id.slice(0, -1), `${id}\n`])
    assert.ok(!isReceiptId(other), other);
});

test("a sibling module has the ending of the one that asks", () => {
  assert.equal(sibling("file:///a/b.ts", "thread").href, "file:///a/thread.ts");
  assert.equal(sibling("file:///a/b.js", "miner/thread").href, "file:///a/miner/thread.js");
});
