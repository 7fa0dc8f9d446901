import { type KeyObject, timingSafeEqual } from "node:crypto";
import { readU64 } from "../core/bytes.ts";
import { deriveKey, hmac } from "../core/hash.ts";
import { BoundedMap } from "../core/queue/boundedMap.ts";
import { formatChallengeId, type ParsedId } from "./id.ts";
import type { IdScheme } from "./scheme.ts";

/** Two epochs are accepted at a time; the others serve audits of older ids. */
const EPOCHS_KEPT = 8;
const TAG_BYTES = 8;

interface EpochKeys {
  readonly tag: KeyObject;
  readonly mask: KeyObject;
  readonly seed: KeyObject;
}

/** `lengthPrefixed(hotkey) | u32(tier)` with room for `extra` more bytes at the end. */
function placeOf(hotkey: string, tier: number, extra: number): Buffer {
  const length = Buffer.byteLength(hotkey);
  if (length > 0xffff) throw new RangeError(`hotkey: ${length} bytes exceed 65535`);
  const message = Buffer.allocUnsafe(2 + length + 4 + extra);
  message.writeUInt16BE(length, 0);
  message.write(hotkey, 2);
  message.writeUInt32BE(tier, 2 + length);
  return message;
}

function messageOf(hotkey: string, tier: number, seq: number): Buffer {
  const message = placeOf(hotkey, tier, 4);
  message.writeUInt32BE(seq, message.length - 4);
  return message;
}

/** The 12 bytes `tag | (seq XOR mask)`. */
function seal(keys: EpochKeys, hotkey: string, tier: number, seq: number): Buffer {
  const token = Buffer.allocUnsafe(TAG_BYTES + 4);
  hmac(keys.tag, messageOf(hotkey, tier, seq)).copy(token, 0, 0, TAG_BYTES);
  const message = placeOf(hotkey, tier, TAG_BYTES);
  token.copy(message, message.length - TAG_BYTES, 0, TAG_BYTES);
  token.writeUInt32BE((seq ^ hmac(keys.mask, message).readUInt32BE(0)) >>> 0, TAG_BYTES);
  return token;
}

/** The seq of an id of exactly this place, else null; always two HMACs. */
function unseal(keys: EpochKeys, id: ParsedId, hotkey: string, allotment: number): number | null {
  const token = Buffer.from(id.token, "hex");
  const message = placeOf(hotkey, id.tier, TAG_BYTES);
  const at = message.length - TAG_BYTES;
  token.copy(message, at, 0, TAG_BYTES);
  const seq = (token.readUInt32BE(TAG_BYTES) ^ hmac(keys.mask, message).readUInt32BE(0)) >>> 0;
  message.writeUInt32BE(seq, at);
  const expected = hmac(keys.tag, message.subarray(0, at + 4));
  const genuine = timingSafeEqual(expected.subarray(0, TAG_BYTES), token.subarray(0, TAG_BYTES));
  return genuine && seq < allotment ? seq : null;
}

/** Ids that carry their own seq, encrypted and authenticated: recovery is two HMACs, with no state per miner. */
export function makeSealed(master: Uint8Array): IdScheme {
  const epochs = new BoundedMap<number, EpochKeys>(EPOCHS_KEPT);

  function keysOf(epoch: number): EpochKeys {
    const known = epochs.get(epoch);
    if (known !== undefined) return known;
    const keys = {
      tag: deriveKey(master, `assay/v1/id/tag/${epoch}`),
      mask: deriveKey(master, `assay/v1/id/mask/${epoch}`),
      seed: deriveKey(master, `assay/v1/seed/${epoch}`),
    };
    epochs.set(epoch, keys);
    return keys;
  }

  const scheme: IdScheme = {
    name: "sealed",
    issue: (hotkey, epoch, tier, seq) => ({
      challengeId: scheme.id(hotkey, epoch, tier, seq),
      seed: scheme.seed(hotkey, epoch, tier, seq),
    }),
    id: (hotkey, epoch, tier, seq) =>
      formatChallengeId(tier, epoch, seal(keysOf(epoch), hotkey, tier, seq).toString("hex")),
    seed: (hotkey, epoch, tier, seq) =>
      BigInt.asUintN(63, readU64(hmac(keysOf(epoch).seed, messageOf(hotkey, tier, seq)))),
    recover: (id, hotkey, allotment) => unseal(keysOf(id.epoch), id, hotkey, allotment),
  };
  return scheme;
}
