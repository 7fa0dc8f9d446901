import { existsSync, linkSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { AssayError } from "../../core/problems/assayError.ts";
import { resultCode, sqlite } from "./failure.ts";

/** Held until released, or until the process ends: the system then drops its locks. */
export interface Lock {
  /** Once the store is open: its own lock is held now. Throws `store_in_use` when the lock file was replaced meanwhile. */
  confirm(): void;
  release(): void;
}

/**
 * Takes the lock of a store. Two locks together: an exclusive SQLite lock on an empty file beside the store, which lets other
 * tools read the store itself; and, since that file can be deleted, the lock that SQLite holds on the database as long as
 * anybody has it open, which is asked for here. Throws `store_in_use`.
 */
export function takeLock(file: string): Lock {
  const path = `${file}.lock`;
  const db = new DatabaseSync(path, { timeout: 0 });
  try {
    db.exec("PRAGMA journal_mode = OFF; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    const inode = inodeOf(path);
    if (existsSync(file)) refuseWhileOpen(file);
    const confirm = (): void => {
      if (inode === null || inodeOf(path) !== inode) throw new AssayError({ code: "store_in_use", file });
    };
    return { confirm, release: () => db.close() };
  } catch (error) {
    db.close();
    if (resultCode(error) !== sqlite.busy) throw error;
    throw new AssayError({ code: "store_in_use", file }, { cause: error });
  }
}

function inodeOf(path: string): bigint | null {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;
}

/**
 * Asks for an exclusive lock on the database for a moment; throws SQLite's `busy` while any process has it open. Under
 * another name of the same file, so that SQLite finds no write-ahead log and leaves that of the store alone.
 */
function refuseWhileOpen(file: string): void {
  const name = `${file}.probe`;
  removeProbe(name);
  try {
    linkSync(file, name);
  } catch {
    // A file system without hard links has the lock file alone.
    return;
  }
  const url = pathToFileURL(name);
  url.searchParams.set("vfs", "unix-excl");
  try {
    probe(url);
  } finally {
    removeProbe(name);
  }
}

function removeProbe(name: string): void {
  for (const suffix of ["", "-wal", "-shm", "-journal"]) rmSync(`${name}${suffix}`, { force: true });
}

function probe(url: URL): void {
  const db = new DatabaseSync(url, { timeout: 0 });
  try {
    db.exec("PRAGMA locking_mode = EXCLUSIVE");
    db.prepare("SELECT count(*) FROM sqlite_schema").get();
  } catch (error) {
    // Any other fault means that the lock was given; what is wrong with the content is told when it is examined.
    if (resultCode(error) === sqlite.busy) throw error;
  } finally {
    db.close();
  }
}
