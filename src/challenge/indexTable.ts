import { createSecretKey, type KeyObject } from "node:crypto";
import { hmac } from "../core/hash.ts";

/** The ids that an index holds: of which miner, under which secret. */
export interface IndexPlace {
  readonly secret: Uint8Array;
  readonly hotkey: string;
  readonly epoch: number;
  readonly tier: number;
  readonly allotment: number;
}

/** A token of 12 bytes, big-endian, and its seq of 4 bytes. */
export const ENTRY_BYTES = 16;
/** A table of 16 MB that takes about 3 s to build; larger allotments need the sealed scheme. */
export const INDEX_ALLOTMENT_MAX = 1_000_000;

/** The HMAC whose first 12 bytes are in an indexed id. */
export function idDigest(key: KeyObject, hotkey: string, epoch: number, tier: number, seq: number): Buffer {
  return hmac(key, `id:${hotkey}:${epoch}:${tier}:${seq}`);
}

/** `first word * 2^32 + seq` of every entry, ascending. */
function sortedByFirstWord(tokens: DataView, allotment: number): BigUint64Array {
  const keys = new BigUint64Array(allotment);
  for (let seq = 0; seq < allotment; seq++) {
    keys[seq] = (BigInt(tokens.getUint32(seq * 12)) << 32n) | BigInt(seq);
  }
  return keys.sort();
}

/** The reverse index of a whole allotment: entries of token and seq, ordered by the first four bytes of the token. */
export function buildIndex(place: IndexPlace): Uint8Array {
  const { hotkey, epoch, tier, allotment } = place;
  if (!Number.isInteger(allotment) || allotment < 1 || allotment > INDEX_ALLOTMENT_MAX)
    throw new RangeError(`index: allotment ${allotment} is not in 1..${INDEX_ALLOTMENT_MAX}`);
  const key = createSecretKey(place.secret);
  const tokens = new Uint8Array(allotment * 12);
  for (let seq = 0; seq < allotment; seq++)
    tokens.set(idDigest(key, hotkey, epoch, tier, seq).subarray(0, 12), seq * 12);
  const table = new Uint8Array(allotment * ENTRY_BYTES);
  const view = new DataView(table.buffer);
  let at = 0;
  for (const sortKey of sortedByFirstWord(new DataView(tokens.buffer), allotment)) {
    const seq = Number(BigInt.asUintN(32, sortKey));
    table.set(tokens.subarray(seq * 12, seq * 12 + 12), at);
    view.setUint32(at + 12, seq);
    at += ENTRY_BYTES;
  }
  return table;
}

/** The first entry whose first word is not below `word`. */
function lowerBound(view: DataView, word: number): number {
  let low = 0;
  let high = view.byteLength / ENTRY_BYTES;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (view.getUint32(middle * ENTRY_BYTES) < word) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The seq of a token (24 hex digits), or null when the token is not in the table. */
export function lookUp(table: Uint8Array, token: string): number | null {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const first = Number.parseInt(token.slice(0, 8), 16);
  const second = Number.parseInt(token.slice(8, 16), 16);
  const third = Number.parseInt(token.slice(16), 16);
  for (let at = lowerBound(view, first) * ENTRY_BYTES; at < view.byteLength; at += ENTRY_BYTES) {
    if (view.getUint32(at) !== first) return null;
    if (view.getUint32(at + 4) === second && view.getUint32(at + 8) === third) return view.getUint32(at + 12);
  }
  return null;
}
