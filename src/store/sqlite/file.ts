import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../core/clock.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import { copyBeforeUpgrade } from "../backup/beforeUpgrade.ts";
import { noteCopied } from "../backup/noteCopied.ts";
import { Unreadable } from "../records/rows.ts";
import { assertDurable } from "./durable.ts";
import { corrupt, isFull, resultCode, sqlite } from "./failure.ts";
import { examine } from "./guard/examine.ts";
import { Guard } from "./guard/guard.ts";
import { syncFolder } from "./guard/mark.ts";
import { PageSums } from "./guard/pageSums.ts";
import { checkRows } from "./inspect.ts";
import { takeLock } from "./lock.ts";
import { knownVersion, migrate, schemaVersion } from "./migrations/migrate.ts";
import { endEarlierNodes } from "./tables/nodes.ts";
import { isUnfinished } from "./unfinished.ts";

/** The open file of a store. */
export interface OpenFile {
  readonly db: DatabaseSync;
  /** A second connection that only reads, for scans that run beside the writes. */
  readonly snapshot: DatabaseSync;
  /** Keeps what makes damage noticed at the next start. */
  readonly guard: Guard;
  /** What was found, and is no fault, but should be known. */
  readonly warnings: readonly string[];
  /** Checkpoints, closes and unlocks. */
  close(): void;
}

/**
 * A commit fsyncs the log once; on macOS `fullfsync` makes the drive flush too. The guard copies the log into the database,
 * 4 MB at a time: that and the cache (16 MB) write an index page once for many groups; the log's file shrinks back to 64 MB
 * after a burst.
 */
const pragmas = `
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA checkpoint_fullfsync = ON;
PRAGMA wal_autocheckpoint = 0;
PRAGMA journal_size_limit = 67108864;
PRAGMA cache_size = -16384;
PRAGMA temp_store = MEMORY;
`;

export interface OpenHow {
  /** To go on with a copy into it. */
  readonly forCopy?: boolean;
  /** Copies that are kept of stores of earlier versions; 2. */
  readonly upgradeCopies?: number;
}

const UPGRADE_COPIES = 2;

/** What a store leaves beside its file, and an empty folder has not. */
const companions = { "-wal": "write-ahead log", ".mark": "mark of what was acknowledged" };

/** How long a write waits for another process that has locked the file. */
const FOREIGN_LOCK_MS = 1000;

const accessCodes: ReadonlySet<number> = new Set([
  sqlite.permission,
  sqlite.readOnly,
  sqlite.io,
  sqlite.cannotOpen,
  sqlite.authorization,
]);

/**
 * Opens or makes a store. Throws `store_in_use`, `store_corrupt`, `store_full`, `store_too_new`, `store_not_durable`,
 * `file_unreadable`; `store_copying` where a copy into it has not ended, unless it is opened to go on with that.
 */
export function openFile(path: string, how: OpenHow = {}): OpenFile {
  let file = path;
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Two names of one file must use the same lock.
    if (existsSync(path)) file = realpathSync(path);
    return openLocked(file, how);
  } catch (error) {
    throw asProblem(error, file);
  }
}

function openLocked(file: string, { forCopy = false, upgradeCopies = UPGRADE_COPIES }: OpenHow): OpenFile {
  const lock = takeLock(file);
  try {
    if (!existsSync(file)) create(file);
    const { sums, warnings, isCopy } = inspect(file);
    if (!forCopy) refuseUnfinished(file);
    warnings.push(...copyIfEarlier(file, upgradeCopies));
    const { db, snapshot, guard } = connect(file, sums, isCopy);
    lock.confirm();
    const close = (): void => {
      snapshot.close();
      guard.close();
      db.close();
      lock.release();
    };
    return { db, snapshot, guard, warnings, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Keeps a store of an earlier version as it is, before it is brought up. */
function copyIfEarlier(file: string, keep: number): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const version = ((): number => {
    try {
      return schemaVersion(db);
    } finally {
      db.close();
    }
  })();
  if (version >= knownVersion) return [];
  const copy = copyBeforeUpgrade({ file, version, keep, now: systemClock.nowMs() });
  const where =
    copy === null
      ? "no copy of it was kept (store.upgrade_copies is 0)"
      : `as it was before it is in ${copy}`;
  return [`brought up from schema ${version} to ${knownVersion}; ${where}`];
}

/** Examines an existing store; throws `Unreadable` at the first fault, or `store_too_new`. */
export function inspect(file: string): { sums: PageSums; warnings: string[]; isCopy: boolean } {
  const findings = examine(file, false);
  const warnings: string[] = [];
  let isCopy = false;
  try {
    for (;;) {
      const step = findings.next();
      if (step.done) return { sums: step.value, warnings, isCopy };
      const { name, fault, detail, lost, warning, copied } = step.value;
      if (fault !== null) throw new Unreadable(fault, lost);
      if (warning) warnings.push(`${name}: ${detail}`);
      isCopy ||= copied === true;
    }
  } finally {
    // Closes what it had opened.
    findings.return(new PageSums(0));
  }
}

/** Throws `store_copying` for the target of a copy that has not ended: it lacks records. */
function refuseUnfinished(file: string): void {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    if (!isUnfinished(db)) return;
  } finally {
    db.close();
  }
  throw new AssayError({ code: "store_copying", file });
}

/** Makes the file under another name first, so that the file under its own name is always complete. */
export function create(file: string): void {
  for (const [suffix, name] of Object.entries(companions)) {
    const path = `${file}${suffix}`;
    if (existsSync(path) && statSync(path).size > 0)
      throw new Unreadable(`the file is missing, but its ${name} (${suffix}) exists`, "everything");
  }
  const unfinished = `${file}.creating`;
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${unfinished}${suffix}`, { force: true });
  const db = new DatabaseSync(unfinished);
  try {
    db.exec("PRAGMA journal_mode = WAL");
    migrate(db, () => {});
  } finally {
    db.close();
  }
  renameSync(unfinished, file);
  syncFolder(dirname(file));
}

function connect(file: string, sums: PageSums, isCopy: boolean): Pick<OpenFile, "db" | "snapshot" | "guard"> {
  const db = new DatabaseSync(file, { timeout: FOREIGN_LOCK_MS });
  try {
    db.exec(pragmas);
    assertDurable(db, file);
    migrate(db, checkRows);
    endEarlierNodes(db, systemClock.nowMs());
    // Before it has companions again, which would make it look like the store itself.
    if (isCopy) noteCopied(db, systemClock.nowMs());
    const guard = new Guard(db, file, sums);
    return { db, guard, snapshot: new DatabaseSync(file, { readOnly: true, timeout: FOREIGN_LOCK_MS }) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What went wrong, as the operator reads it. */
export function asProblem(error: unknown, file: string): unknown {
  const code = resultCode(error);
  const ofSystem = error instanceof Error && "syscall" in error;
  if (code === null && !ofSystem && !(error instanceof Unreadable)) return error;
  const cause_text = causeText(error);
  if (error instanceof Unreadable) return new AssayError(corrupt(file, error), { cause: error });
  if (code === sqlite.busy) return new AssayError({ code: "store_in_use", file }, { cause: error });
  if (isFull(error)) return new AssayError({ code: "store_full", file, cause_text }, { cause: error });
  const denied = code === null ? ofSystem : accessCodes.has(code);
  return new AssayError(
    { code: denied ? "file_unreadable" : "store_corrupt", file, cause_text },
    { cause: error },
  );
}
