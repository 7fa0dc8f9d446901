import type { DatabaseSync } from "node:sqlite";
import { COPYING_NOTE } from "../records/copying.ts";

/** Whether the store is the target of a copy that has not ended: rows are missing. */
export function isUnfinished(db: DatabaseSync): boolean {
  return db.prepare("SELECT 1 FROM notes WHERE key = ?").get(COPYING_NOTE) !== undefined;
}
