import type { Part, Side } from "./side.ts";
import type { CopiedTable } from "./tables.ts";

/** The parts of a table that any of the stores has, in order. */
export async function partsOf(table: CopiedTable, sides: readonly Side[]): Promise<Part[]> {
  if (!table.perEpoch) return [{ table, epoch: null }];
  const found = new Set<number>();
  for (const side of sides) for (const epoch of await side.epochs(table)) found.add(epoch);
  return [...found].sort((a, b) => a - b).map((epoch) => ({ table, epoch }));
}
