import { createHash } from "node:crypto";
import { base58 } from "@scure/base";
import type { Hotkey } from "./ids.ts";

/** Network prefix of generic substrate addresses, the one Bittensor uses. */
const PREFIX = 42;

function checksum(payload: Uint8Array): Uint8Array {
  return createHash("blake2b512").update("SS58PRE").update(payload).digest().subarray(0, 2);
}

/** The ss58 text (prefix 42) of a 32-byte public key. */
export function encodeHotkey(publicKey: Uint8Array): Hotkey {
  if (publicKey.length !== 32) throw new RangeError(`public key: want 32 bytes, have ${publicKey.length}`);
  const payload = Uint8Array.of(PREFIX, ...publicKey);
  return base58.encode(Uint8Array.of(...payload, ...checksum(payload))) as Hotkey;
}

/** The 32-byte public key of an ss58 text, or null when it is not one with prefix 42. */
export function decodeHotkey(text: string): Uint8Array | null {
  if (text.length < 46 || text.length > 50) return null;
  let bytes: Uint8Array;
  try {
    bytes = base58.decode(text);
  } catch {
    return null;
  }
  if (bytes.length !== 35 || bytes[0] !== PREFIX) return null;
  const payload = bytes.subarray(0, 33);
  const sum = checksum(payload);
  if (bytes[33] !== sum[0] || bytes[34] !== sum[1]) return null;
  return bytes.slice(1, 33);
}

/** The text itself when it is a well-formed hotkey, else null. */
export function parseHotkey(text: string): Hotkey | null {
  return decodeHotkey(text) === null ? null : (text as Hotkey);
}
