import type { KeyObject } from "node:crypto";
import { lengthPrefixed } from "../core/bytes.ts";
import { type Fraction, isBelow64 } from "../core/fraction.ts";
import { deriveKey, hmac } from "../core/hash.ts";
import { KeyedHash } from "../core/keyedHash.ts";
import type { Draw } from "../flow/draw.ts";
import { type DrawFacts, decision } from "./decision.ts";
import type { Rates } from "./policy.ts";

/** k of an epoch, as a key object; `export()` gives its 32 bytes. */
export function sampleKey(master: Uint8Array, epoch: number): KeyObject {
  return deriveKey(master, `assay/v1/sample/${epoch}`);
}

/** HMAC-SHA256 of lane, hotkey and work id, 32 bytes. */
export function drawX(k: KeyObject, lane: string, hotkey: string, workId: string): Buffer {
  return hmac(k, Buffer.concat([lengthPrefixed(lane), lengthPrefixed(hotkey), lengthPrefixed(workId)]));
}

/** Whether the first 8 bytes of x, big-endian, are below `floor(num * 2^64 / den)`. */
export function isSampled(x: Uint8Array, rate: Fraction): boolean {
  return isBelow64(Buffer.from(x.buffer, x.byteOffset, 8).toString("hex"), rate);
}

const hashes = new WeakMap<KeyObject, KeyedHash>();

/** The first 8 bytes of x, 16 hex digits. */
export function drawX64(k: KeyObject, lane: string, hotkey: string, workId: string): string {
  let keyed = hashes.get(k);
  if (keyed === undefined) {
    keyed = new KeyedHash(k);
    hashes.set(k, keyed);
  }
  return keyed.begin().text(lane).text(hotkey).text(workId).hex().slice(0, 16);
}

/** The decision for one work id, as the validator makes it and an auditor repeats it. */
export function decide(k: KeyObject, rates: Rates, facts: DrawFacts): Draw {
  return decision(drawX64(k, facts.lane, facts.hotkey, facts.workId), rates, facts);
}
