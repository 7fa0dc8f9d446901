import { Bytes, Struct, u64 } from "@polkadot-api/substrate-bindings";
import { asAccount, asU16s, asU64, u16s } from "./fields.ts";

/** What a timelocked commit encrypts. */
export interface TimelockedPayload {
  /** The 32 bytes of the hotkey; the chain compares them with the signer of the commit. */
  readonly hotkey: Uint8Array;
  readonly uids: readonly number[];
  readonly values: readonly number[];
  readonly versionKey: number | bigint;
}

const codec = Struct({ hotkey: Bytes(), uids: u16s, values: u16s, version_key: u64 });

/** SCALE bytes of a payload: 41 and twice the two counts, and 4 per weight. */
export function encodePayload({ hotkey, uids, values, versionKey }: TimelockedPayload): Uint8Array {
  return codec.enc({
    hotkey: asAccount(hotkey),
    uids: asU16s("uids", uids),
    values: asU16s("values", values),
    version_key: asU64("version key", versionKey),
  });
}

/** The payload of SCALE bytes; null when they are not exactly one. */
export function decodePayload(bytes: Uint8Array): TimelockedPayload | null {
  try {
    // A copy, since the codec reads the buffer behind a view from its start.
    const { version_key, ...payload } = codec.dec(Uint8Array.from(bytes));
    const decoded = { ...payload, versionKey: version_key };
    // The codec reads past trailing bytes and longer forms of numbers; writing them again does not.
    return Buffer.compare(encodePayload(decoded), bytes) === 0 ? decoded : null;
  } catch {
    return null;
  }
}
