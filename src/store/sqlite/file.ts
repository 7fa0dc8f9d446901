import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { assertDurable } from "./durable.ts";
import { resultCode, sqlite } from "./failure.ts";
import { checkRows, inspect } from "./inspect.ts";
import { takeLock } from "./lock.ts";
import { migrate } from "./migrations/migrate.ts";
import { Unreadable } from "./tables/rows.ts";

/** The open file of a store. */
export interface OpenFile {
  readonly db: DatabaseSync;
  /** A second connection that only reads, for scans that run beside the writes. */
  readonly snapshot: DatabaseSync;
  /** Checkpoints, closes and unlocks. */
  close(): void;
}

/**
 * A commit fsyncs the log once; on macOS `fullfsync` makes the drive flush too. A larger checkpoint (16 MB) and cache (16 MB)
 * write an index page once for many groups; the log's file shrinks back to 64 MB after a burst.
 */
const pragmas = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA wal_autocheckpoint = 4096;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -16384;
PRAGMA temp_store = MEMORY;
`;

/** How long a write waits for another process that has locked the file. */
const FOREIGN_LOCK_MS = 1000;

const accessCodes: ReadonlySet<number> = new Set([
  sqlite.permission,
  sqlite.readOnly,
  sqlite.io,
  sqlite.cannotOpen,
  sqlite.authorization,
]);

/** Opens or makes a store. Throws `store_in_use`, `store_corrupt`, `store_too_new`, `store_not_durable`, `file_unreadable`. */
export function openFile(path: string): OpenFile {
  let file = path;
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Two names of one file must use the same lock.
    if (existsSync(path)) file = realpathSync(path);
    return openLocked(file);
  } catch (error) {
    throw asProblem(error, file);
  }
}

function openLocked(file: string): OpenFile {
  const lock = takeLock(file);
  try {
    if (existsSync(file)) inspect(file);
    else create(file);
    const { db, snapshot } = connect(file);
    const close = (): void => {
      snapshot.close();
      db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      db.close();
      lock.release();
    };
    return { db, snapshot, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Makes the file under another name first, so that the file under its own name is always complete. */
function create(file: string): void {
  const log = `${file}-wal`;
  if (existsSync(log) && statSync(log).size > 0) {
    throw new Unreadable("the file is missing, but its write-ahead log exists");
  }
  const unfinished = `${file}.creating`;
  for (const suffix of ["", "-journal"]) rmSync(`${unfinished}${suffix}`, { force: true });
  const db = new DatabaseSync(unfinished);
  try {
    migrate(db, () => {});
  } finally {
    db.close();
  }
  renameSync(unfinished, file);
  syncFolder(dirname(file));
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function connect(file: string): Pick<OpenFile, "db" | "snapshot"> {
  const db = new DatabaseSync(file, { timeout: FOREIGN_LOCK_MS });
  try {
    db.exec(pragmas);
    assertDurable(db, file);
    migrate(db, checkRows);
    return { db, snapshot: new DatabaseSync(file, { readOnly: true, timeout: FOREIGN_LOCK_MS }) };
  } catch (error) {
    db.close();
    throw error;
  }
}

function asProblem(error: unknown, file: string): unknown {
  const code = resultCode(error);
  const ofSystem = error instanceof Error && "syscall" in error;
  if (code === null && !ofSystem && !(error instanceof Unreadable)) return error;
  const cause_text = causeText(error);
  if (code === sqlite.busy) return new AssayError({ code: "store_in_use", file }, { cause: error });
  const denied = code === null ? ofSystem : accessCodes.has(code);
  return new AssayError(
    { code: denied ? "file_unreadable" : "store_corrupt", file, cause_text },
    { cause: error },
  );
}
