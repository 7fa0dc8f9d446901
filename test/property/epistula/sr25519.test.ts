import assert from "node:assert/strict";
import { it } from "node:test";
import { sr25519Verify } from "@polkadot/wasm-crypto";
import fc from "fast-check";
import { isWellFormed, Sr25519Verifier } from "../../../src/epistula/sr25519.ts";
import { signingOf } from "../../support/epistula/signing.ts";

const miners = ["alice", "bob", "carol"].map(signingOf);
const signed = miners.map((miner) => {
  const message = Buffer.from(`signed by ${miner.hotkey}`);
  return { miner, message, signature: miner.sign(message) };
});

interface Attempt {
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const index = (length: number) => fc.integer({ min: 0, max: length - 1 });
const good: fc.Arbitrary<Attempt> = fc
  .constantFrom(...signed)
  .map(({ miner, message, signature }) => ({ key: miner.publicKey, message, signature }));

/** One flipped bit, often in the last byte, so that the marker and the top of s are hit. */
function flipped(source: Uint8Array, at: number, bit: number): Uint8Array {
  const copy = Uint8Array.from(source);
  copy[at] = (copy[at] ?? 0) ^ (1 << bit);
  return copy;
}

const tampered: fc.Arbitrary<Attempt> = fc
  .tuple(good, fc.constantFrom("key", "signature"), fc.oneof(index(64), fc.constant(63)), index(8))
  .map(([attempt, part, at, bit]) =>
    part === "key"
      ? { ...attempt, key: flipped(attempt.key, at % 32, bit) }
      : { ...attempt, signature: flipped(attempt.signature, at, bit) },
  );
const random: fc.Arbitrary<Attempt> = fc
  .tuple(good, bytes(32), bytes(64), fc.boolean(), fc.boolean())
  .map(([attempt, key, signature, otherKey, marked]) => {
    const shaped = Uint8Array.from(signature);
    if (marked) shaped[63] = ((shaped[63] ?? 0) & 0x0f) | 0x80;
    return { ...attempt, key: otherKey ? key : attempt.key, signature: shaped };
  });
const misshapen: fc.Arbitrary<Attempt> = fc
  .tuple(good, fc.uint8Array({ maxLength: 70 }), fc.uint8Array({ maxLength: 130 }), fc.boolean())
  .map(([attempt, key, signature, both]) => ({ ...attempt, key: both ? key : attempt.key, signature }));
const otherMessage: fc.Arbitrary<Attempt> = fc
  .tuple(good, fc.uint8Array({ maxLength: 300 }))
  .map(([attempt, message]) => ({ ...attempt, message }));
const foreign: fc.Arbitrary<Attempt> = fc
  .tuple(good, fc.constantFrom(...miners))
  .map(([attempt, other]) => ({ ...attempt, key: other.publicKey }));

it("after 14,000 attempts of every shape the verifier agrees with wasm-crypto and needed no new engine", async () => {
  const verifier = new Sr25519Verifier();
  const check = ({ key, message, signature }: Attempt) => verifier.verify(key, message, signature);
  for (const { miner, message, signature } of signed) check({ key: miner.publicKey, message, signature });

  const attempts = fc.oneof(tampered, random, misshapen, otherMessage, foreign, good);
  fc.assert(
    fc.property(fc.array(attempts, { minLength: 20, maxLength: 20 }), (batch) => {
      for (const attempt of batch) {
        assert.equal(check(attempt), sr25519Verify(attempt.signature, attempt.message, attempt.key));
      }
    }),
    { numRuns: 200 },
  );
  // What the guard turns away costs nothing to send, so it comes in numbers; the oracle knows its kinds from above.
  const malformed = fc
    .oneof(misshapen, random, tampered)
    .filter(({ key, signature }) => key.length !== 32 || !isWellFormed(signature));
  fc.assert(
    fc.property(fc.array(malformed, { minLength: 100, maxLength: 100 }), (batch) => {
      for (const attempt of batch) assert.equal(check(attempt), false);
    }),
    { numRuns: 100 },
  );
  assert.equal(verifier.replaced, 0);
  for (const { miner, message, signature } of signed) {
    assert.equal(check({ key: miner.publicKey, message, signature }), true);
  }
});

it("verifies what is signed over any message", async () => {
  const verifier = new Sr25519Verifier();
  fc.assert(
    fc.property(fc.constantFrom(...miners), fc.uint8Array({ maxLength: 2000 }), (miner, message) => {
      assert.equal(verifier.verify(miner.publicKey, message, miner.sign(message)), true);
    }),
    { numRuns: 300 },
  );
});
