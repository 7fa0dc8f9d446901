/** Fields of a struct or of a variant: by name, or in order where the runtime gives them no names. */
export type FieldRows = Readonly<Record<string, string>> | readonly string[];

/** Variant name to index and fields. */
export type VariantRows = Readonly<Record<string, readonly [index: number, fields?: FieldRows]>>;

/** A named type. `path` decides how libraries read it only for AccountId32, Option and Result. */
export type TypeRow = { readonly path: readonly string[] } & (
  | { readonly fields: FieldRows }
  | { readonly variants: VariantRows }
);

export type Hasher = "Blake2128Concat" | "Twox64Concat" | "Identity";

export interface StorageRow {
  readonly name: string;
  /** Key types with their hashers; none for a plain value. */
  readonly keys: readonly (readonly [type: string, hasher: Hasher])[];
  readonly value: string;
  /** What is read where nothing is stored; absent for storage that reads as nothing then. */
  readonly fallback?: unknown;
}

export interface PalletRow {
  readonly name: string;
  readonly index: number;
  readonly storage: readonly StorageRow[];
  readonly constants?: readonly { readonly name: string; readonly type: string; readonly value: unknown }[];
  readonly calls?: VariantRows;
  readonly events?: VariantRows;
  readonly errors?: VariantRows;
}

export interface RuntimeApiRow {
  readonly name: string;
  readonly version: number;
  readonly methods: readonly {
    readonly name: string;
    readonly inputs: Readonly<Record<string, string>>;
    readonly output: string;
  }[];
}

export interface ExtensionRow {
  readonly identifier: string;
  readonly type: string;
  readonly additionalSigned: string;
}
