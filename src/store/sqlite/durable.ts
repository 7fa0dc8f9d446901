import type { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../core/problems/assayError.ts";
import { integer, text } from "../records/rows.ts";

/** `PRAGMA synchronous` of FULL: every commit is fsync'd before it returns. */
const FULL = 2;

/** Reads back the settings that make a 202 durable; throws `store_not_durable`. */
export function assertDurable(db: DatabaseSync, file: string): void {
  const journal = text(db.prepare("PRAGMA journal_mode").get(), "journal_mode");
  const synchronous = integer(db.prepare("PRAGMA synchronous").get(), "synchronous");
  if (journal === "wal" && synchronous === FULL) return;
  const found = `journal_mode is ${journal} (want wal), synchronous is ${synchronous} (want ${FULL})`;
  throw new AssayError({ code: "store_not_durable", file, found });
}
