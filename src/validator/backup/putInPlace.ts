import { existsSync, mkdirSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { syncFolder } from "../../store/sqlite/guard/mark.ts";

/** What stands beside the file of a store and belongs to it; the mark of what was acknowledged last. */
const companions = ["-wal", "-shm", "-journal", ".sums", ".mark"];

/** The files of a store that are there. */
export function storeFiles(store: string): string[] {
  return ["", ...companions].map((suffix) => `${store}${suffix}`).filter((file) => existsSync(file));
}

/**
 * Puts a database in the place of a store, whose files are moved to a folder. The old mark goes last: as long as it is there, a start
 * after an interruption refuses what it finds, be that no database or one that is not the mark's.
 */
export function replaceStore(store: string, database: string, aside: string): void {
  const old = storeFiles(store);
  if (old.length > 0) mkdirSync(aside, { recursive: true, mode: 0o700 });
  const move = (file: string): void => renameSync(file, join(aside, basename(file)));
  const mark = `${store}.mark`;
  for (const file of old) if (file !== mark) move(file);
  if (old.length > 0) syncFolder(aside);
  renameSync(database, store);
  syncFolder(dirname(store));
  if (old.includes(mark)) move(mark);
  syncFolder(dirname(store));
}
