import type { Side } from "./side.ts";
import { copiedTables } from "./tables.ts";

/** What a copy is doing; told after each batch, whose rows are stored by then. */
export interface Progress {
  readonly doing: "copying" | "comparing";
  readonly table: string;
  readonly rows: number;
  readonly ofRows: number;
}

export type Watch = (progress: Progress) => void;

/** How many rows there are to copy or compare. */
export async function rowsOf(side: Side): Promise<number> {
  let rows = 0;
  for (const table of copiedTables) rows += await side.count(table);
  return rows;
}
