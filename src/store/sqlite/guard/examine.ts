import { closeSync, openSync, readSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { AssayError, causeText } from "../../../core/problems/assayError.ts";
import { text, Unreadable } from "../../records/rows.ts";
import { checkRows } from "../inspect.ts";
import { isOurs, knownVersion, schemaVersion } from "../migrations/migrate.ts";
import { isUnfinished } from "../unfinished.ts";
import { type Reached, readMark } from "./mark.ts";
import { changedPages, PageSums, readSums, sumsOfFile, UNKNOWN_WRITES } from "./pageSums.ts";
import { readSeal, type SealRow } from "./seal.ts";
import { type LogWalk, walkLog } from "./wal.ts";

/** One thing that was examined. `lost`: what going on without it loses at most. */
export interface Finding {
  readonly name: string;
  readonly fault: string | null;
  readonly detail: string;
  readonly lost: string | null;
  /** No fault, but an operator should know. */
  readonly warning?: true;
  /** The database stands here alone: it is a copy, and what came after it is not known. */
  readonly copied?: true;
}

/** Above this the page sums alone vouch for the pages: SQLite's own check takes seconds per gigabyte. */
const QUICK_CHECK_BYTES = 64 * 2 ** 20;
/** Pages named in a message. */
const NAMED_PAGES = 8;

const ok = (name: string, detail: string): Finding => ({ name, fault: null, detail, lost: null });
const bad = (name: string, fault: string, lost: string | null): Finding => ({
  name,
  fault,
  detail: fault,
  lost,
});

interface Evidence {
  readonly file: string;
  readonly log: LogWalk;
  readonly recorded: PageSums | null | "unreadable";
  /** The sums of the pages as they are. */
  readonly found: PageSums;
  readonly mark: Reached | "missing" | "unreadable";
}

/** The page size that the file states; SQLite's default for what is no database. */
function pageSizeOf(file: string): number {
  const fd = openSync(file, "r");
  try {
    const bytes = Buffer.alloc(18);
    readSync(fd, bytes, 0, 18, 0);
    const size = bytes.readUInt16BE(16);
    return size === 1 ? 65_536 : size >= 512 && (size & (size - 1)) === 0 ? size : 4096;
  } finally {
    closeSync(fd);
  }
}

function gather(file: string): Evidence {
  const recorded = readSums(file);
  const size = recorded instanceof PageSums ? recorded.pageSize : pageSizeOf(file);
  return { file, log: walkLog(file), recorded, found: sumsOfFile(file, size), mark: readMark(file) };
}

const transactions = (count: number): string => `${count} ${count === 1 ? "transaction" : "transactions"}`;

function logFinding({ log }: Evidence, seal: SealRow | null): Finding {
  const name = "write-ahead log";
  if (log.headerDamaged)
    return bad(
      name,
      "the header of the write-ahead log (-wal) is damaged",
      "every write since the last checkpoint",
    );
  const { badFrame, transactionsAfter } = log;
  // With a seal the mark tells whether a torn end was acknowledged.
  if (badFrame !== null && (!log.tornEnd || (seal === null && transactionsAfter > 0)))
    return bad(
      name,
      `frame ${badFrame + 1} of the write-ahead log (-wal) is damaged, and whole frames follow it`,
      `what the ${transactions(Math.max(1, transactionsAfter))} after it wrote`,
    );
  return ok(name, `${transactions(log.transactions)} to be taken over`);
}

function pagesFinding(evidence: Evidence, seal: SealRow | null): Finding {
  const name = "pages";
  const { recorded, found, log } = evidence;
  const count = `${found.pages} pages`;
  if (recorded === "unreadable")
    return bad(name, "the file of page checksums (.sums) cannot be read", "unknown: no page can be checked");
  if (recorded === null) {
    if (seal === null || seal.writes === 0 || copied(evidence))
      return ok(name, `${count}, without checksums yet`);
    return bad(name, "the file of page checksums (.sums) is missing", "unknown: no page can be checked");
  }
  if (isStale(evidence, seal))
    return ok(name, `${count}; another program wrote to the database, so its checksums are made anew`);
  const changed = changedPages(recorded, found, log.pages);
  if (changed.length === 0) return ok(name, `${count} as recorded`);
  const named = changed.slice(0, NAMED_PAGES).join(", ");
  const more = changed.length > NAMED_PAGES ? ` and ${changed.length - NAMED_PAGES} more` : "";
  return bad(
    name,
    `page ${named}${more} of ${recorded.pages} is not what was written`,
    `the rows on ${changed.length} ${changed.length === 1 ? "page" : "pages"}`,
  );
}

/** Whether the log was copied into the database by another program, so that the sums are behind. */
function isStale({ recorded, log }: Evidence, seal: SealRow | null): boolean {
  if (!(recorded instanceof PageSums)) return true;
  if (recorded.writes === UNKNOWN_WRITES) return true;
  return seal !== null && log.pages.size === 0 && seal.writes > recorded.writes;
}

/** Without either companion the file was copied here alone, as backups are. */
const copied = ({ mark, recorded }: Evidence): boolean => mark === "missing" && recorded === null;

function markFinding(evidence: Evidence, seal: SealRow | null): Finding {
  const { mark } = evidence;
  const name = "acknowledged writes";
  if (seal === null) return ok(name, "not counted yet: the store is of an earlier version");
  if (mark === "missing" || mark === "unreadable") {
    if (seal.writes === 0) return ok(name, "none yet");
    if (copied(evidence))
      return {
        ...ok(name, `${seal.writes}; the file was copied here alone, so what came after it is not known`),
        warning: true,
        copied: true,
      };
    const why = mark === "missing" ? "is missing" : "cannot be read";
    return bad(
      name,
      `the mark of what was acknowledged (.mark) ${why}`,
      "unknown: the store may have lost its end",
    );
  }
  if (seal.writes < mark.writes)
    return bad(
      name,
      `the store has ${seal.writes} writes, but ${mark.writes} were acknowledged`,
      `the last ${mark.writes - seal.writes} acknowledged writes`,
    );
  const same = [seal, seal.before].find(({ writes }) => writes === mark.writes);
  if (same !== undefined && same.head !== mark.head)
    return bad(
      name,
      `write ${mark.writes} of the store is not the one that was acknowledged: it is a copy that went its own way`,
      "unknown: what was acknowledged and is not in this copy",
    );
  return ok(name, `${seal.writes}`);
}

/** The database as SQLite sees it with its log; a fault of SQLite's is kept, so that damaged pages are named first. */
interface Opened {
  readonly seal: SealRow | null;
  readonly version: number;
  readonly cause: unknown;
}

function readOpened(db: DatabaseSync, file: string): Opened {
  try {
    if (!isOurs(db)) throw new Unreadable("the file is not an assay store");
    const version = schemaVersion(db);
    if (version > knownVersion)
      throw new AssayError({ code: "store_too_new", file, version, known: knownVersion });
    return { seal: readSeal(db), version, cause: null };
  } catch (cause) {
    return { seal: null, version: 0, cause };
  }
}

function* checkDatabase(
  db: DatabaseSync,
  evidence: Evidence,
  opened: Opened,
  thorough: boolean,
): Generator<Finding> {
  const small = statSync(evidence.file).size <= QUICK_CHECK_BYTES;
  if (thorough || small || isStale(evidence, opened.seal)) {
    const pragma = thorough ? "integrity_check(20)" : "quick_check(3)";
    const column = thorough ? "integrity_check" : "quick_check";
    const faults = db
      .prepare(`PRAGMA ${pragma}`)
      .all()
      .map((row) => text(row, column));
    if (faults[0] !== "ok") yield bad("database", faults.join("; "), "rows that cannot be found any more");
    else yield ok("database", `SQLite's ${thorough ? "integrity" : "quick"} check passes`);
  }
  if (opened.version !== knownVersion) return;
  if (isUnfinished(db)) {
    const detail = "not looked at: a copy into this store has not ended, and a start refuses it";
    yield { ...ok("rows", detail), warning: true };
    return;
  }
  checkRows(db);
  yield ok("rows", "everything that a start reads can be read, and the logs of open epochs are whole");
}

/** A thrown fault as a finding; what is no fault of the store itself is thrown on. */
function asFinding(name: string, error: unknown): Finding {
  if (error instanceof AssayError) throw error;
  return bad(name, causeText(error), error instanceof Unreadable ? error.lost : null);
}

/**
 * Examines an existing store without changing it; nothing else may have it open. Returns the sums of its pages, for the
 * guard. Throws `store_too_new`.
 */
export function* examine(file: string, thorough: boolean): Generator<Finding, PageSums> {
  // SQLite takes an empty file for a valid database; a store's file is never empty, so its content was lost.
  if (statSync(file).size === 0) {
    yield bad("database", "the file is empty", "everything");
    return new PageSums(4096);
  }
  const evidence = gather(file);
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const opened = readOpened(db, file);
    yield logFinding(evidence, opened.seal);
    yield pagesFinding(evidence, opened.seal);
    if (opened.cause !== null) yield asFinding("database", opened.cause);
    yield markFinding(evidence, opened.seal);
    if (opened.cause === null) {
      try {
        yield* checkDatabase(db, evidence, opened, thorough);
      } catch (error) {
        yield asFinding("rows", error);
      }
    }
    return kept(evidence, opened.seal);
  } finally {
    db.close();
  }
}

/** Pages that are not what was written; empty when nothing tells. */
export function changedPagesOf(file: string): readonly number[] {
  const { recorded, found, log } = gather(file);
  if (!(recorded instanceof PageSums) || recorded.writes === UNKNOWN_WRITES) return [];
  return changedPages(recorded, found, log.pages);
}

/** The recorded sums where they hold, since pages in the log differ from the file's; else the file's. */
function kept(evidence: Evidence, seal: SealRow | null): PageSums {
  const { recorded, found } = evidence;
  return recorded instanceof PageSums && !isStale(evidence, seal) ? recorded : found;
}
