import { createHash } from "node:crypto";
import { COPYING_NOTE } from "../records/copying.ts";
import type { Row } from "../records/rows.ts";
import type { RowKey } from "./marker.ts";
import type { Side } from "./side.ts";
import { type CopiedTable, copiedTables } from "./tables.ts";

/** A row as both adapters have it: the cells in the order of the columns, bytes in hexadecimal. */
export function canonicalRow({ columns }: CopiedTable, row: Row): string {
  return JSON.stringify(columns.map(({ name }) => cellOf(row[name] ?? null)));
}

function cellOf(value: Row[string]): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

export function keyOf({ key }: CopiedTable, row: Row): RowKey {
  return key.map((column) => {
    const value = row[column];
    if (typeof value !== "string" && typeof value !== "number") throw new TypeError(`${column} is no key`);
    return value;
  });
}

/** Below 0 when `a` comes first; texts by their bytes. */
export function compareKeys(a: RowKey, b: RowKey): number {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    const order =
      typeof left === "number" && typeof right === "number"
        ? left - right
        : Buffer.compare(Buffer.from(String(left)), Buffer.from(String(right)));
    if (order !== 0) return order;
  }
  return 0;
}

/** Tables whose rows change with whatever is logged, and with each start. */
const telling = ["epochs", "notes"];

/** Tells one source from another, and from itself after a validator ran on it. */
export async function fingerprintOf(side: Side): Promise<string> {
  const hash = createHash("sha256").update(`${side.kind}\n${side.state()}\n`);
  for (const table of copiedTables.filter(({ name }) => telling.includes(name)))
    for await (const rows of side.batches({ table, epoch: null }, null))
      for (const row of rows) hash.update(`${canonicalRow(table, row)}\n`);
  return hash.digest("hex");
}

/** The note of a copy is of the target alone. */
export const isMarkerRow = (table: CopiedTable, row: Row): boolean =>
  table.name === "notes" && row.key === COPYING_NOTE;
