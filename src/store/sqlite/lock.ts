import { DatabaseSync } from "node:sqlite";
import { AssayError } from "../../core/problems/assayError.ts";
import { resultCode, sqlite } from "./failure.ts";

/** Held until released, or until the process ends: the system then drops its locks. */
export interface Lock {
  release(): void;
}

/**
 * Takes the lock of a store: an exclusive SQLite lock on an empty file beside it, so that other tools can still read the
 * store itself. Throws `store_in_use` while another process holds it.
 */
export function takeLock(file: string): Lock {
  const db = new DatabaseSync(`${file}.lock`, { timeout: 0 });
  try {
    db.exec("PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (resultCode(error) !== sqlite.busy) throw error;
    throw new AssayError({ code: "store_in_use", file }, { cause: error });
  }
  return { release: () => db.close() };
}
