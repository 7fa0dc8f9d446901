import { Blake2256, Bytes, Struct, u16, u64 } from "@polkadot-api/substrate-bindings";
import { asAccount, asU16s, asU64, u16s } from "./fields.ts";

/** What the hash of `commit_weights` covers and `reveal_weights` shows. */
export interface HashedWeights {
  /** The 32 bytes of the hotkey. */
  readonly account: Uint8Array;
  readonly netuid: number;
  readonly mechanism: number;
  readonly uids: readonly number[];
  readonly values: readonly number[];
  readonly salt: readonly number[];
  readonly versionKey: number | bigint;
}

const MECHANISM_STRIDE = 4096;

/** Under what the chain stores weights and commits of a mechanism of a subnet. */
export function storageIndex(netuid: number, mechanism: number): number {
  return netuid + mechanism * MECHANISM_STRIDE;
}

const codec = Struct({
  account: Bytes(32),
  index: u16,
  uids: u16s,
  values: u16s,
  salt: u16s,
  version_key: u64,
});

/** The hash that commits to weights: BLAKE2b-256 of their SCALE bytes. */
export function hashCommit(weights: HashedWeights): Uint8Array {
  const index = storageIndex(weights.netuid, weights.mechanism);
  asU16s("index", [index]);
  const encoded = codec.enc({
    account: asAccount(weights.account),
    index,
    uids: asU16s("uids", weights.uids),
    values: asU16s("values", weights.values),
    salt: asU16s("salt", weights.salt),
    version_key: asU64("version key", weights.versionKey),
  });
  return Blake2256(encoded);
}
