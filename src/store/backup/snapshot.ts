import { existsSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { AssayError } from "../../core/problems/assayError.ts";
import { asProblem, inspect } from "../sqlite/file.ts";
import { type Lock, takeLock } from "../sqlite/lock.ts";
import { isOurs, knownVersion, schemaVersion } from "../sqlite/migrations/migrate.ts";
import { isUnfinished } from "../sqlite/unfinished.ts";
import { requireSpace } from "./files.ts";

/** Pages that are copied before the next look at the progress: 4 MB. */
const STEP_PAGES = 1024;
/** How long a read waits for the validator's checkpoint. */
const BUSY_MS = 5000;

export type CopyWatch = (pages: number, ofPages: number) => void;

/** The lock of a store that nobody has open, which is then examined first; null beside the process that has it. Throws `store_corrupt`. */
function lockIfFree(file: string): Lock | null {
  let lock: Lock;
  try {
    lock = takeLock(file);
  } catch (error) {
    if (error instanceof AssayError && error.code === "store_in_use") return null;
    throw error;
  }
  try {
    inspect(file);
    return lock;
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Copies a store as it is at one moment, while a validator may go on writing to it. Throws `store_too_new`, `store_copying`. */
export async function copySnapshot(file: string, to: string, watch: CopyWatch): Promise<void> {
  if (!existsSync(file))
    throw new AssayError({
      code: "file_unreadable",
      file,
      cause_text: "there is no store",
      remedy: "Name the data directory with --data.",
    });
  try {
    const lock = lockIfFree(file);
    try {
      await copyPages(file, to, watch);
    } finally {
      lock?.release();
    }
  } catch (error) {
    throw asProblem(error, file);
  }
}

async function copyPages(file: string, to: string, watch: CopyWatch): Promise<void> {
  const source = new DatabaseSync(file, { readOnly: true, timeout: BUSY_MS });
  try {
    // One snapshot for the whole copy: without it SQLite begins anew whenever the validator has written.
    source.exec("BEGIN");
    refuseUnusable(source, file);
    requireSpace(dirname(to), statSync(file).size, "");
    rmSync(to, { force: true });
    await backup(source, to, {
      rate: STEP_PAGES,
      progress: ({ totalPages, remainingPages }) => watch(totalPages - remainingPages, totalPages),
    });
  } finally {
    source.close();
  }
}

function refuseUnusable(source: DatabaseSync, file: string): void {
  const version = schemaVersion(source);
  if (!isOurs(source))
    throw new AssayError({ code: "store_corrupt", file, cause_text: "the file is not an assay store" });
  if (version > knownVersion)
    throw new AssayError({ code: "store_too_new", file, version, known: knownVersion });
  if (isUnfinished(source)) throw new AssayError({ code: "store_copying", file });
}
