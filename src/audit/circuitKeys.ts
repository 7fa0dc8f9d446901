import { readText } from "../keys/readText.ts";

/** A verification key: where it is from, and the way to read it. */
export interface CircuitKey {
  readonly name: string;
  /** Throws what reading the file throws. */
  readonly read: () => unknown;
}

export function keysInFiles(files: ReadonlyMap<string, string>): Map<string, CircuitKey> {
  return new Map(
    [...files].map(([id, file]) => [id, { name: file, read: () => JSON.parse(readText(file)) }]),
  );
}

/** The keys in an answer of `/v1/circuits`; entries without an id or a key are left out. */
export function keysServed(document: unknown, name: string): Map<string, CircuitKey> {
  const items: unknown = Object(document).items;
  const entries = Array.isArray(items) ? items : [];
  return new Map(
    entries.flatMap((entry: unknown): [string, CircuitKey][] => {
      const { id, verification_key } = Object(entry) as Record<string, unknown>;
      const isKey = typeof verification_key === "object" && verification_key !== null;
      return typeof id === "string" && isKey ? [[id, { name, read: () => verification_key }]] : [];
    }),
  );
}
