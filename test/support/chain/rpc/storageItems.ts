import { Blake2256 } from "@polkadot-api/substrate-bindings";
import { fromHex, toHex } from "polkadot-api/utils";
import type { State } from "../state/state.ts";
import { hexParameter, RpcFault } from "./message.ts";

export interface StorageQuery {
  readonly key: string;
  readonly type: string;
}

export type StorageItem = Readonly<Record<string, string | null>>;

export function readQueries(value: unknown): StorageQuery[] {
  if (!Array.isArray(value)) throw new RpcFault(-32602, "Invalid params");
  return value.map((query: Readonly<Record<string, unknown>>) => ({
    key: hexParameter(query.key),
    type: String(query.type),
  }));
}

/** What a state has under the key of a query: values or their hashes, of the key itself or of all below it. */
export function itemsOf(state: State, { key, type }: StorageQuery): StorageItem[] {
  const read = (at: string): StorageItem[] => {
    const value = state.raw(at);
    if (value === null) return [];
    const isHash = type.toLowerCase().includes("hash");
    return [isHash ? { key: at, hash: toHex(Blake2256(fromHex(value))) } : { key: at, value }];
  };
  return type.startsWith("descendants") ? state.keysUnder(key).flatMap(read) : read(key);
}
