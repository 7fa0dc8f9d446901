import { fromHex } from "polkadot-api/utils";
import type { Runtime } from "../runtime/runtime.ts";

/** What a chain stores at one block: hashed keys to encoded values, read and written by the names of the runtime's entries. */
export class State {
  readonly runtime: Runtime;
  #values: Map<string, string>;

  constructor(runtime: Runtime, values: ReadonlyMap<string, string> = new Map()) {
    this.runtime = runtime;
    this.#values = new Map(values);
  }

  /** A state of its own that starts from this one. */
  next(runtime: Runtime = this.runtime): State {
    return new State(runtime, this.#values);
  }

  raw(key: string): string | null {
    return this.#values.get(key) ?? null;
  }

  putRaw(key: string, value: string | null): void {
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
  }

  /** Takes over all that another state stores. */
  replaceBy(other: State): void {
    this.#values = new Map(other.#values);
  }

  /** Keys that begin so, in order. */
  keysUnder(prefix: string): string[] {
    return [...this.#values.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** The decoded value; what the runtime says for nothing where nothing is stored. */
  get(pallet: string, name: string, ...keys: unknown[]): unknown {
    const entry = this.runtime.storage(pallet, name);
    const stored = this.#values.get(this.runtime.storageKey(pallet, name, keys));
    return stored === undefined ? entry.fallback : entry.value.dec(fromHex(stored));
  }

  put(pallet: string, name: string, keys: readonly unknown[], value: unknown): void {
    this.#values.set(
      this.runtime.storageKey(pallet, name, keys),
      this.runtime.storageValue(pallet, name, value),
    );
  }

  remove(pallet: string, name: string, ...keys: unknown[]): void {
    this.#values.delete(this.runtime.storageKey(pallet, name, keys));
  }

  /** Decoded keys and values below the first keys. */
  entries(pallet: string, name: string, ...keys: unknown[]): { keys: unknown[]; value: unknown }[] {
    const { keysOf, value } = this.runtime.storage(pallet, name);
    return this.keysUnder(this.runtime.storageKey(pallet, name, keys)).map((key) => ({
      keys: keysOf(key),
      value: value.dec(fromHex(this.#values.get(key) ?? "0x")),
    }));
  }

  number(pallet: string, name: string, ...keys: unknown[]): number {
    return Number(this.get(pallet, name, ...keys));
  }

  /** A list as numbers. */
  numbers(pallet: string, name: string, ...keys: unknown[]): number[] {
    const list = this.get(pallet, name, ...keys);
    return Array.isArray(list) ? list.map(Number) : [];
  }

  flags(pallet: string, name: string, ...keys: unknown[]): boolean[] {
    const list = this.get(pallet, name, ...keys);
    return Array.isArray(list) ? list.map((flag) => flag === true) : [];
  }

  account(pallet: string, name: string, ...keys: unknown[]): string {
    return String(this.get(pallet, name, ...keys));
  }
}
