import { AssayError } from "../../core/problems/assayError.ts";
import { withoutNul } from "../postgres/nul.ts";
import { type Statement, statement } from "../postgres/sql.ts";
import type { Row } from "../records/rows.ts";
import type { CopiedColumn, CopiedTable } from "./tables.ts";

/** Texts that people write, which may hold a NUL. */
const free: ReadonlySet<string> = new Set([
  ...["notes.value", "suspensions.reason", "operator_actions.reason"],
  ...["alert_mutes.reason", "alert_events.detail"],
]);

export const isFreeText = (table: CopiedTable, column: string): boolean =>
  free.has(`${table.name}.${column}`);

/** Inserts rows that are given as one array per column. */
export function insertOf({ name, columns }: CopiedTable): Statement {
  const names = columns.map((column) => column.name).join(", ");
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`).join(", ");
  return statement(`copy_${name}`, `INSERT INTO ${name} (${names}) SELECT * FROM unnest(${arrays})`);
}

/** The cells of rows by columns. Throws `store_copy_refused` for a text that PostgreSQL cannot keep. */
export function cellsOf(table: CopiedTable, rows: readonly Row[], shown: string): unknown[][] {
  return table.columns.map((column) => rows.map((row) => cellOf(table, column, row, shown)));
}

function cellOf(table: CopiedTable, { name, type }: CopiedColumn, row: Row, shown: string): unknown {
  const value = row[name] ?? null;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (type !== "text" || typeof value !== "string") return value;
  if (isFreeText(table, name)) return withoutNul(value);
  if (!value.includes("\u0000")) return value;
  const key = table.key.map((column) => `${column} ${row[column]}`).join(", ");
  const why = `a row of ${table.name} (${key}) has a NUL character in ${name}, which PostgreSQL does not keep`;
  throw new AssayError({
    code: "store_copy_refused",
    file: shown,
    why,
    remedy: "Keep this store on SQLite.",
  });
}
