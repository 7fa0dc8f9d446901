import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { blake2b, waitReady } from "@polkadot/wasm-crypto";
import fc from "fast-check";
import { hashCommit, storageIndex } from "../../../../src/chain/subtensor/codec/hashCommit.ts";
import { maxUpscale } from "../../../../src/chain/subtensor/codec/maxUpscale.ts";
import { decodePayload, encodePayload } from "../../../../src/chain/subtensor/codec/payload.ts";

before(() => waitReady());

const u16 = fc.integer({ min: 0, max: 0xffff });
const account = fc.uint8Array({ minLength: 32, maxLength: 32 });
const versionKey = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const list = fc.array(u16, { maxLength: 300 });
const payloads = fc.record(
  { hotkey: account, versionKey, uids: list, values: list },
  { noNullPrototype: true },
);

/** SCALE by hand: a compact count below 2^14, then two bytes each. */
function listOf(numbers: readonly number[]): number[] {
  const count = numbers.length < 64 ? [numbers.length << 2] : [];
  const long = [((numbers.length << 2) & 0xff) | 1, numbers.length >> 6];
  return [...(count.length > 0 ? count : long), ...numbers.flatMap((number) => [number & 0xff, number >> 8])];
}

function u64(number: bigint): number[] {
  return Array.from({ length: 8 }, (_, i) => Number((number >> BigInt(8 * i)) & 0xffn));
}

describe("the payload of a timelocked commit", () => {
  it("is its parts one after the other, and reads back", () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const encoded = encodePayload(payload);
        const by = [
          0x80,
          ...payload.hotkey,
          ...listOf(payload.uids),
          ...listOf(payload.values),
          ...u64(payload.versionKey),
        ];
        assert.deepEqual([...encoded], by);
        assert.deepEqual(decodePayload(encoded), payload);
        // Also as a view into a larger buffer.
        const within = Buffer.concat([Buffer.alloc(7, 9), encoded, Buffer.alloc(3)]);
        assert.deepEqual(decodePayload(within.subarray(7, 7 + encoded.length)), payload);
      }),
    );
  });

  it("that is not exactly one is none", () => {
    const encoded = encodePayload({ hotkey: Buffer.alloc(32), uids: [1], values: [2], versionKey: 3 });
    for (let length = 0; length < encoded.length; length++)
      assert.equal(decodePayload(encoded.subarray(0, length)), null);
    assert.equal(decodePayload(Uint8Array.of(...encoded, 0)), null);
    // The count 1 in four bytes.
    const longForm = Uint8Array.of(...encoded.subarray(0, 33), 6, 0, 0, 0, ...encoded.subarray(34));
    assert.equal(decodePayload(longForm), null);
    assert.equal(decodePayload(Uint8Array.of(0x7c, ...encoded.subarray(2))), null, "31 bytes of account");
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
        const decoded = decodePayload(bytes);
        if (decoded !== null) assert.deepEqual(Uint8Array.from(encodePayload(decoded)), bytes);
      }),
    );
  });

  it("of numbers that do not fit is never cut", () => {
    const good = { hotkey: Buffer.alloc(32), uids: [0xffff], values: [0], versionKey: 0 };
    assert.equal(encodePayload(good).length, 41 + 2 + 4);
    for (const bad of [
      { uids: [65_536] },
      { uids: [-1] },
      { values: [1.5] },
      { values: [Number.NaN] },
      { versionKey: 2n ** 64n },
      { versionKey: -1 },
      { hotkey: Buffer.alloc(33) },
    ])
      assert.throws(() => encodePayload({ ...good, ...bad }), RangeError);
  });
});

describe("the hash of a commit", () => {
  it("is BLAKE2b-256 of account, index, uids, values, salt and version key", () => {
    const mechanisms = fc.integer({ min: 0, max: 15 });
    fc.assert(
      fc.property(
        ...([payloads, fc.nat(4095), mechanisms, fc.array(u16, { maxLength: 16 })] as const),
        ({ hotkey, ...weights }, netuid, mechanism, salt) => {
          const index = netuid + 4096 * mechanism;
          const by = [
            ...hotkey,
            ...[index & 0xff, index >> 8],
            ...[weights.uids, weights.values, salt].flatMap(listOf),
            ...u64(weights.versionKey),
          ];
          assert.equal(storageIndex(netuid, mechanism), index);
          assert.deepEqual(
            hashCommit({ account: hotkey, netuid, mechanism, salt, ...weights }),
            blake2b(Uint8Array.from(by), new Uint8Array(), 32),
          );
        },
      ),
    );
  });

  it("of what does not fit is refused", () => {
    const good = { account: Buffer.alloc(32), netuid: 1, mechanism: 0, uids: [], values: [], salt: [] };
    assert.equal(hashCommit({ ...good, versionKey: 0 }).length, 32);
    for (const bad of [
      { netuid: 65_536 },
      { mechanism: 16 },
      { salt: [70_000] },
      { account: Buffer.alloc(31) },
    ])
      assert.throws(() => hashCommit({ ...good, versionKey: 0, ...bad }), RangeError);
  });
});

describe("weights of a call", () => {
  it("have 65,535 at their largest, keep their order, and leave out zeros", () => {
    const rows = [
      { uid: 7, u16: 100 },
      { uid: 3, u16: 0 },
      { uid: 1, u16: 300 },
      { uid: 2, u16: 1 },
    ];
    assert.deepEqual(maxUpscale(rows), { uids: [7, 1, 2], values: [21_845, 65_535, 218] });
    assert.deepEqual(maxUpscale([{ uid: 3, u16: 0 }]), { uids: [], values: [] });
    assert.deepEqual(maxUpscale([]), { uids: [], values: [] });
  });

  it("that are scaled already stay as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 65_535 }), { maxLength: 256 }), (values) => {
        const scaled = [65_535, ...values];
        assert.deepEqual(maxUpscale(scaled.map((u16, uid) => ({ uid, u16 }))).values, scaled);
      }),
    );
  });
});
