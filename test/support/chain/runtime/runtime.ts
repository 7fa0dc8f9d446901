import {
  denormalizeLookup,
  getDynamicBuilder,
  getLookupCodecBuilder,
  getLookupFn,
  type LookupEntry,
} from "@polkadot-api/metadata-builders";
import { AccountId, Blake2256, type Codec, unifyMetadata, type V16 } from "@polkadot-api/substrate-bindings";
import { fromHex, toHex } from "polkadot-api/utils";
import { codecValue } from "../metadata/plainValue.ts";
import { metadataBytes } from "./metadataBytes.ts";

type Member = Readonly<Record<string, unknown>>;

export interface RuntimeVersion {
  readonly specName: string;
  readonly implName: string;
  readonly authoringVersion: number;
  readonly specVersion: number;
  readonly implVersion: number;
  readonly transactionVersion: number;
}

interface StorageEntry {
  readonly keyOf: (...keys: unknown[]) => string;
  readonly keysOf: (key: string) => unknown[];
  readonly keyTypes: readonly LookupEntry[];
  readonly value: Codec<unknown>;
  readonly valueType: LookupEntry;
  readonly fallback: unknown;
}

/** Where `:code` is stored. */
export const CODE_KEY = "0x3a636f6465";

/** A runtime as its metadata describes it: the codec of every entry, found by name. */
export class Runtime {
  readonly definition: V16;
  readonly metadata: Uint8Array;
  readonly version: RuntimeVersion;
  /** What stands for the runtime's code. */
  readonly code: string;
  readonly #lookup: (type: number) => LookupEntry;
  readonly #build: (type: number) => Codec<unknown>;
  readonly #builder: ReturnType<typeof getDynamicBuilder>;
  readonly #storage = new Map<string, StorageEntry>();
  readonly #codecs = new Map<number, Codec<unknown>>();

  constructor(definition: V16) {
    this.definition = definition;
    this.metadata = metadataBytes(definition);
    this.#lookup = denormalizeLookup(definition.lookup);
    this.#build = getLookupCodecBuilder(this.#lookup, AccountId(42));
    this.#builder = getDynamicBuilder(getLookupFn(unifyMetadata(definition)));
    this.version = this.#readVersion();
    this.code = toHex(Blake2256(this.metadata));
  }

  codec(type: number): Codec<unknown> {
    const known = this.#codecs.get(type);
    if (known !== undefined) return known;
    const codec = this.#build(type);
    this.#codecs.set(type, codec);
    return codec;
  }

  encode(type: number, plain: unknown): Uint8Array {
    return this.codec(type).enc(codecValue(this.#lookup(type), plain));
  }

  hasStorage(pallet: string, name: string): boolean {
    return this.#item(pallet, name) !== undefined;
  }

  storage(pallet: string, name: string): StorageEntry {
    const id = `${pallet}.${name}`;
    const known = this.#storage.get(id);
    if (known !== undefined) return known;
    const entry = this.#storageEntry(pallet, name);
    this.#storage.set(id, entry);
    return entry;
  }

  storageKey(pallet: string, name: string, keys: readonly unknown[]): string {
    const { keyOf, keyTypes } = this.storage(pallet, name);
    return keyOf(...keys.map((key, at) => codecValue(keyTypes[at] ?? { id: -1, type: "void" }, key)));
  }

  storageValue(pallet: string, name: string, plain: unknown): string {
    const { value, valueType } = this.storage(pallet, name);
    return toHex(value.enc(codecValue(valueType, plain)));
  }

  /** Input and output of a runtime call; null where the runtime has none of that name. */
  api(call: string): { inputs: { name: string; type: number }[]; output: number } | null {
    for (const api of this.definition.apis)
      for (const method of api.methods) if (`${api.name}_${method.name}` === call) return method;
    return null;
  }

  apiArguments(inputs: readonly { type: number }[], bytes: Uint8Array): unknown[] {
    let rest = bytes;
    return inputs.map(({ type }) => {
      const codec = this.codec(type);
      const value = codec.dec(rest);
      rest = rest.slice(codec.enc(value).length);
      return value;
    });
  }

  /** The module error of a pallet as a dispatch error carries it. */
  moduleError(pallet: string, name: string): unknown {
    const found = this.definition.pallets.find((candidate) => candidate.name === pallet);
    const errors = found?.errors === undefined ? undefined : this.definition.lookup[found.errors.type]?.def;
    const variant = errors?.tag === "variant" ? errors.value.find((row) => row.name === name) : undefined;
    if (variant === undefined) throw new Error(`the runtime has no error ${pallet}.${name}`);
    const error = toHex(Uint8Array.from([variant.index, 0, 0, 0]));
    return { type: "Module", value: { index: found?.index, error } };
  }

  #item(pallet: string, name: string) {
    const found = this.definition.pallets.find((candidate) => candidate.name === pallet);
    return found?.storage?.items.find((item) => item.name === name);
  }

  #storageEntry(pallet: string, name: string): StorageEntry {
    const item = this.#item(pallet, name);
    if (item === undefined) throw new Error(`the runtime has no storage ${pallet}.${name}`);
    const { keys, fallback } = this.#builder.buildStorage(pallet, name);
    const type = item.type.tag === "plain" ? item.type.value : item.type.value.value;
    const value = this.codec(type);
    return {
      keyOf: keys.enc,
      keysOf: keys.dec,
      keyTypes: item.type.tag === "plain" ? [] : this.#keyTypes(item.type.value),
      ...{ value, valueType: this.#lookup(type), fallback },
    };
  }

  #keyTypes(map: { key: number; hashers: readonly unknown[] }): readonly LookupEntry[] {
    const key = this.#lookup(map.key);
    if (map.hashers.length === 1) return [key];
    if (key.type === "tuple") return key.value;
    if (key.type === "array") return Array.from({ length: key.len }, () => key.value);
    throw new Error("keys of several hashers are a tuple");
  }

  #readVersion(): RuntimeVersion {
    const system = this.definition.pallets.find(({ name }) => name === "System");
    const constant = system?.constants.find(({ name }) => name === "Version");
    if (constant === undefined) throw new Error("the runtime has no System.Version");
    const value = this.codec(constant.type).dec(fromHex(constant.value)) as Member;
    return {
      specName: String(value.spec_name),
      implName: String(value.impl_name),
      authoringVersion: Number(value.authoring_version),
      specVersion: Number(value.spec_version),
      implVersion: Number(value.impl_version),
      transactionVersion: Number(value.transaction_version),
    };
  }
}
