import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { FpIsSquare, type IField } from "@noble/curves/abstract/modular.js";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import fc from "fast-check";
import {
  CIPHERTEXT_MAX_BYTES,
  OVERHEAD_BYTES,
  readContainer,
  writeContainer,
} from "../../../src/chain/subtensor/timelock/container.ts";
import { decrypt } from "../../../src/chain/subtensor/timelock/decrypt.ts";
import { encrypt, encryptWith, PAYLOAD_MAX_BYTES } from "../../../src/chain/subtensor/timelock/encrypt.ts";
import { readG1, readG2 } from "../../../src/chain/subtensor/timelock/points.ts";
import { isPulse } from "../../../src/chain/subtensor/timelock/pulse.ts";
import { roundAt, roundTimeMs } from "../../../src/chain/subtensor/timelock/rounds.ts";
import { systemRandom } from "../../../src/core/random.ts";
import { problemOf } from "../../support/thrown.ts";

const golden = JSON.parse(readFileSync(new URL("../../vectors/timelock.json", import.meta.url), "utf8")) as {
  pulses: { round: number; signature: string; valid: boolean }[];
};
const pulses = golden.pulses
  .filter(({ valid }) => valid)
  .map(({ round, signature }) => ({ round, signature: Buffer.from(signature, "hex") }));
const pulse = fc.constantFrom(...pulses);
const bytes = (count: number) => fc.uint8Array({ minLength: count, maxLength: count });
const secrets = fc.record({ key: bytes(32), sigma: bytes(32), nonce: bytes(12) });
const payloads = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  { weight: 1, arbitrary: bytes(PAYLOAD_MAX_BYTES) },
);

async function refused(ciphertext: Uint8Array, signature: Uint8Array): Promise<string> {
  const problem = await problemOf(() => decrypt(ciphertext, signature));
  assert.equal(problem.code, "timelock_unreadable");
  return "cause_text" in problem ? (problem.cause_text ?? "") : "";
}

function flipped(from: Uint8Array, bit: number): Uint8Array {
  return from.map((byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
}

describe("a timelocked ciphertext", () => {
  it("opens with the signature of its round to what was encrypted, and is 244 bytes longer", () => {
    fc.assert(
      fc.property(payloads, pulse, (payload, { round, signature }) => {
        const ciphertext = encrypt(payload, round, systemRandom);
        assert.equal(ciphertext.length, payload.length + OVERHEAD_BYTES);
        assert.deepEqual(Uint8Array.from(decrypt(ciphertext, signature)), payload);
      }),
      { numRuns: 10 },
    );
  });

  it("opens with no other signature", async () => {
    for (const { round } of pulses) {
      const ciphertext = encrypt(Buffer.from("weights"), round, systemRandom);
      for (const other of pulses)
        if (other.round !== round)
          assert.match(await refused(ciphertext, other.signature), /of another round/);
    }
  });

  it("with any bit changed is refused", async () => {
    await fc.assert(
      fc.asyncProperty(pulse, secrets, fc.nat(), async ({ round, signature }, made, at) => {
        const ciphertext = encryptWith(Buffer.from("0123456789"), round, made);
        await refused(flipped(ciphertext, at % (ciphertext.length * 8)), signature);
      }),
      { numRuns: 25 },
    );
  });

  it("with any bit changed in what frames it is refused as such", async () => {
    const [{ round, signature } = assert.fail()] = pulses;
    const ciphertext = encrypt(Buffer.from("0123456789"), round, systemRandom);
    // The lengths of v, w, body, payload, nonce and suite, and the suite.
    const frame = [96, 136, 176, 184, 192 + 26, 192 + 26 + 20, 192 + 26 + 28].flatMap((start) =>
      Array.from({ length: 64 }, (_, bit) => start * 8 + bit),
    );
    for (const bit of frame)
      assert.match(
        await refused(flipped(ciphertext, bit), signature),
        /bytes instead of|ends within|says that|follow|cipher suite|shorter than/,
      );
  });

  it("cut anywhere, or with anything after it, is refused", async () => {
    const [{ round, signature } = assert.fail()] = pulses;
    const ciphertext = encrypt(Buffer.from("0123456789"), round, systemRandom);
    for (let length = 0; length < ciphertext.length; length++)
      await refused(ciphertext.subarray(0, length), signature);
    await refused(Buffer.concat([ciphertext, Buffer.alloc(1)]), signature);
    await refused(Buffer.concat([ciphertext, ciphertext]), signature);
  });

  it("of random bytes is refused, never anything worse", async () => {
    const any = fc.oneof(fc.uint8Array({ maxLength: 400 }), bytes(CIPHERTEXT_MAX_BYTES + 1));
    await fc.assert(
      fc.asyncProperty(any, fc.uint8Array({ maxLength: 60 }), async (ciphertext, signature) => {
        await refused(ciphertext, signature);
      }),
    );
  });

  it("is taken apart and put together to the same bytes", () => {
    const ciphertext = encrypt(Buffer.alloc(0), 1, systemRandom);
    assert.deepEqual(writeContainer(readContainer(ciphertext)), ciphertext);
  });

  it("of 5000 bytes is the longest", async () => {
    const longest = encrypt(Buffer.alloc(PAYLOAD_MAX_BYTES), 1, systemRandom);
    assert.deepEqual([PAYLOAD_MAX_BYTES, longest.length], [4756, 5000]);
    assert.deepEqual(await problemOf(() => encrypt(Buffer.alloc(4757), 1, systemRandom)), {
      ...{ code: "timelock_too_long", bytes: 4757, limit_bytes: 4756 },
    });
  });

  it("is of a round that exists", () => {
    for (const round of [0, -1, 1.5, Number.NaN, 2 ** 53])
      assert.throws(() => encrypt(Buffer.alloc(1), round, systemRandom), RangeError);
  });
});

describe("points", () => {
  const { G1, G2 } = bls12_381;

  it("outside the group, off the curve, at zero or in another form are none", () => {
    const { Fp, Fp2 } = bls12_381.fields;
    /** The smallest x with a point on a curve y^2 = x^3 + b; hardly any of them is in the group. */
    const outside = <F>(field: IField<F>, b: F, xOf: (x: bigint) => F): { x: F; y: F } => {
      for (let number = 1n; number < 200n; number++) {
        const x = xOf(number);
        const square = field.add(field.mul(field.sqr(x), x), b);
        if (FpIsSquare(field, square)) return { x, y: field.sqrt(square) };
      }
      return assert.fail("none found");
    };
    const one = G1.Point.fromAffine(outside(Fp, 4n, (x) => x));
    const two = G2.Point.fromAffine(outside(Fp2, Fp2.create({ c0: 4n, c1: 4n }), (c0) => ({ c0, c1: 0n })));
    assert.deepEqual([one.isTorsionFree(), two.isTorsionFree()], [false, false]);
    // The library would not write them.
    const raw = (x: bigint): string => x.toString(16).padStart(96, "0");
    const compressed = (...x: bigint[]): Buffer => {
      const bytes = Buffer.from(x.map(raw).join(""), "hex");
      bytes[0] = (bytes[0] ?? 0) | 0x80;
      return bytes;
    };
    const g1 = compressed(one.toAffine().x);
    const g2 = compressed(two.toAffine().x.c1, two.toAffine().x.c0);
    const good = bls12_381.G2.Point.BASE.toAffine().x;
    assert.ok(readG2(compressed(good.c1, good.c0)), "the form is right");
    assert.equal(readG1(g1), null);
    assert.equal(readG2(g2), null);
    const zero = (length: number) => Buffer.concat([Buffer.of(0xc0), Buffer.alloc(length - 1)]);
    assert.deepEqual([readG1(zero(48)), readG2(zero(96))], [null, null]);
    const base = G1.Point.BASE;
    assert.equal(readG1(base.toBytes(false)), null);
    assert.equal(readG1(base.toBytes(true))?.equals(base), true);
    // A coordinate that is not reduced: x plus the modulus, where it fits into the 381 bits.
    const { x } = outside(Fp, 4n, (number) => number);
    assert.equal(readG1(compressed(x + Fp.ORDER)), null);
  });
});

describe("a pulse", () => {
  it("with any bit changed is none", () => {
    fc.assert(
      fc.property(pulse, fc.nat(48 * 8 - 1), ({ round, signature }, bit) => {
        assert.equal(isPulse(round, flipped(signature, bit)), false);
      }),
      { numRuns: 30 },
    );
  });

  it("is published when its round says, three seconds after the one before", () => {
    assert.equal(roundTimeMs(1), 1_692_803_367_000);
    assert.equal(roundAt(1_692_803_366_999), 0);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (round) => {
        assert.equal(roundAt(roundTimeMs(round)), round);
        assert.equal(roundAt(roundTimeMs(round) + 2999), round);
        assert.equal(roundAt(roundTimeMs(round) - 1), round - 1);
      }),
    );
  });
});
