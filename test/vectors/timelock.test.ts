import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it, test } from "node:test";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import { Blake2256, Bytes, compact } from "@polkadot-api/substrate-bindings";
import { decodePayload, encodePayload } from "../../src/chain/subtensor/codec/payload.ts";
import { readContainer } from "../../src/chain/subtensor/timelock/container.ts";
import { decrypt } from "../../src/chain/subtensor/timelock/decrypt.ts";
import { encryptWith } from "../../src/chain/subtensor/timelock/encrypt.ts";
import { gtBytes } from "../../src/chain/subtensor/timelock/gtBytes.ts";
import { identityOf, roundPoint } from "../../src/chain/subtensor/timelock/identity.ts";
import { readG1 } from "../../src/chain/subtensor/timelock/points.ts";
import { isPulse } from "../../src/chain/subtensor/timelock/pulse.ts";
import { quicknet } from "../../src/chain/subtensor/timelock/quicknet.ts";
import {
  commitEpoch,
  revealBlock,
  revealRound,
  type ScheduleState,
} from "../../src/chain/subtensor/timelock/schedule.ts";
import { sha256Hex } from "../../src/core/hash.ts";
import { problemOf } from "../support/thrown.ts";

interface Pulse {
  round: number;
  signature: string;
  randomness?: string;
  valid: boolean;
}

interface Sealed {
  name: string;
  round: number;
  signature: string;
  sigma: string;
  esk: string;
  nonce: string;
  payload: string;
  ciphertext: string;
  ciphertextBytes: number;
  identity?: string;
  qIdCompressed?: string;
  h2?: string;
  gtBytes?: string;
  payloadFields?: { hotkey: string; uids: number[]; values: number[]; versionKey: string };
}

interface Scheduled {
  name: string;
  rule: "both" | "tempo" | "maxTempo";
  state: Omit<ScheduleState, "block" | "revealPeriodEpochs"> & { currentBlock: number };
  revealPeriodEpochs: number;
  error?: string;
  revealBlock?: number;
  commitEpoch?: number;
  nowUnix?: number;
  blockSeconds?: number;
  revealRound?: number;
}

const golden = JSON.parse(readFileSync(new URL("./timelock.json", import.meta.url), "utf8")) as {
  quicknet: {
    chainHash: string;
    publicKeyG2: string;
    genesis: number;
    periodSeconds: number;
    scheme: string;
    dst: string;
  };
  pulses: Pulse[];
  ciphertexts: Sealed[];
  reject: { name: string; ciphertext: string; round: number }[];
  onChainExtrinsic: {
    method: string;
    netuid: number;
    mecid: number;
    commitBytes: number;
    revealRound: number;
    commitRevealVersion: number;
    commitBlake2b256: string;
  };
  epochSchedule: Scheduled[];
  compact: [number, string][];
};
for (const list of [golden.pulses, golden.ciphertexts, golden.reject, golden.epochSchedule, golden.compact])
  assert.ok(list.length > 0);

const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
const hex = (of: Uint8Array): string => Buffer.from(of).toString("hex");
const signatureOf = (round: number): Buffer =>
  bytes(golden.pulses.find((pulse) => pulse.valid && pulse.round === round)?.signature ?? assert.fail());

test("quicknet's constants", () => {
  const { genesis, periodSeconds, publicKeyG2, dst, chainHash, scheme } = golden.quicknet;
  assert.deepEqual(quicknet, {
    ...{ chainHash, scheme, publicKey: publicKeyG2, domain: dst },
    ...{ genesisMs: genesis * 1000, periodMs: periodSeconds * 1000 },
  });
});

describe("a pulse", () => {
  for (const { round, signature, randomness, valid } of golden.pulses)
    it(`of round ${round} is ${valid ? "valid, and of no other round" : "refused"}`, () => {
      assert.equal(isPulse(round, bytes(signature)), valid);
      assert.equal(isPulse(round + 1, bytes(signature)), false);
      if (randomness !== undefined) assert.equal(sha256Hex(bytes(signature)), randomness);
    });
});

for (const one of golden.ciphertexts)
  describe(`ciphertext ${one.name}`, () => {
    it("opens with the signature of its round", () => {
      assert.equal(hex(decrypt(bytes(one.ciphertext), bytes(one.signature))), one.payload);
    });

    it("is made again, byte for byte, of its payload, round and secrets", () => {
      const secrets = { key: bytes(one.esk), sigma: bytes(one.sigma), nonce: bytes(one.nonce) };
      const made = encryptWith(bytes(one.payload), one.round, secrets);
      assert.equal(made.length, one.ciphertextBytes);
      assert.equal(hex(made), one.ciphertext);
    });

    it("has the intermediate values that are on record", () => {
      if (one.identity !== undefined) assert.equal(hex(identityOf(one.round)), one.identity);
      if (one.qIdCompressed !== undefined) assert.equal(roundPoint(one.round).toHex(true), one.qIdCompressed);
      const { u } = readContainer(bytes(one.ciphertext));
      const signature = readG1(bytes(one.signature)) ?? assert.fail();
      const shared = gtBytes(bls12_381.pairing(signature, u));
      if (one.gtBytes !== undefined) assert.equal(hex(shared), one.gtBytes);
      if (one.h2 !== undefined) assert.equal(sha256Hex(shared), one.h2);
    });

    it("holds the weights that are on record", () => {
      const fields = one.payloadFields;
      if (fields === undefined) return;
      const payload = {
        hotkey: Uint8Array.from(bytes(fields.hotkey)),
        uids: fields.uids,
        values: fields.values,
        versionKey: BigInt(fields.versionKey),
      };
      assert.equal(hex(encodePayload(payload)), one.payload);
      assert.deepEqual(decodePayload(bytes(one.payload)), payload);
    });
  });

for (const { name, ciphertext, round } of golden.reject)
  test(`refused: ${name}`, async () => {
    const { code } = await problemOf(() => decrypt(bytes(ciphertext), signatureOf(round)));
    assert.equal(code, "timelock_unreadable");
  });

test("the commit of an extrinsic on chain is taken apart", () => {
  const { method, netuid, mecid, commitBytes, revealRound, commitRevealVersion, commitBlake2b256 } =
    golden.onChainExtrinsic;
  const call = bytes(method);
  assert.equal(hex(call.subarray(0, 2)), "0776");
  assert.deepEqual([call.readUInt16LE(2), call[4]], [netuid, mecid]);
  const commit = Bytes().dec(Uint8Array.from(call.subarray(5)));
  const rest = call.subarray(5 + Bytes().enc(commit).length);
  assert.deepEqual(
    [commit.length, rest.readBigUInt64LE(), rest.readUInt16LE(8), rest.length],
    [commitBytes, BigInt(revealRound), commitRevealVersion, 10],
  );
  assert.equal(hex(Blake2256(commit)), commitBlake2b256);
  // Of 4 weights: 59 bytes and the tag.
  assert.equal(readContainer(commit).body.length, 59 + 16);
});

for (const { name, rule, state, revealPeriodEpochs, ...want } of golden.epochSchedule)
  test(`schedule ${name}${rule === "maxTempo" ? ", by a rule that the chain has left" : ""}`, async () => {
    const { currentBlock, ...rest } = state;
    const blockMs = (want.blockSeconds ?? 12) * 1000;
    const schedule = { ...rest, block: currentBlock, revealPeriodEpochs, blockMs };
    if (want.error !== undefined)
      for (const ask of [revealBlock, commitEpoch, () => revealRound(schedule, 0)])
        assert.equal((await problemOf(() => ask(schedule))).code, "no_epochs");
    if (want.commitEpoch !== undefined) assert.equal(commitEpoch(schedule), want.commitEpoch);
    if (want.revealBlock !== undefined)
      assert.equal(revealBlock(schedule) === want.revealBlock, rule !== "maxTempo");
    if (want.revealRound !== undefined && want.nowUnix !== undefined)
      assert.equal(revealRound(schedule, want.nowUnix * 1000), want.revealRound);
  });

test("compact numbers of the codec", () => {
  for (const [number, encoded] of golden.compact) {
    assert.equal(hex(compact.enc(number)), encoded);
    assert.equal(compact.dec(Uint8Array.from(bytes(encoded))), number);
  }
});
