import type { DatabaseSync, StatementSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { ChainedEntry, LogText } from "../../../flow/store.ts";
import { entryOfSubmission } from "./lineOfSubmission.ts";
import { packHash, unpack } from "./packed.ts";
import { integer, json, jsonText, type Row, text, unreadable } from "./rows.ts";

/** The end of an epoch's log, where the next line goes. */
export interface LogEnd {
  readonly epoch: number;
  readonly head: string;
  readonly length: number;
}

/** Lines searched for a head: at most some hundred lines are logged while a head is being signed. */
const LOOK_BACK = 4096;

/** A page ends after about this many bytes of lines: a line of draws has up to 50 kB, and a page is made while writes wait. */
const PAGE_BYTES = 65_536;
/** About what a line of a submission has. */
const LINE_BYTES = 450;
const PAGE_LINES = 128;

const linkMembers = ["type", "epoch", "n", "prev"] as const;

/**
 * The hash-chained logs. What is hashed is canonical JSON with `n` and `prev`, without `hash`. A line of a submission is stored
 * as a reference to its row, whose columns it is made of again; any other line as it was hashed.
 */
export class ChainLog {
  readonly #insert: StatementSync;
  readonly #advance: StatementSync;
  readonly #page: StatementSync;
  readonly #end: StatementSync;
  readonly #before: StatementSync;
  readonly #prev: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare(
      "INSERT INTO log_lines (epoch, n, hash, submission, line) VALUES (?, ?, ?, ?, ?)",
    );
    this.#advance = db.prepare("UPDATE epochs SET log_head = ?, log_length = ? WHERE epoch = ?");
    this.#page = db.prepare(`SELECT s.*, l.n, l.hash, l.line FROM log_lines l
      LEFT JOIN submissions s ON s.id = l.submission WHERE l.epoch = ? AND l.n > ? ORDER BY l.n LIMIT ?`);
    this.#end = db.prepare("SELECT log_head, log_length FROM epochs WHERE epoch = ?");
    this.#before = db.prepare(
      "SELECT n FROM log_lines WHERE epoch = ? AND n >= ? AND hash = ? ORDER BY n DESC LIMIT 1",
    );
    // The first line's `prev` is the commitment.
    this.#prev =
      db.prepare(`SELECT coalesce((SELECT hash FROM log_lines WHERE epoch = ?1 AND n = ?2), commitment) AS prev
      FROM epochs WHERE epoch = ?1`);
  }

  /** The end of the log of an epoch on record, open or closed. */
  endOf(epoch: number): LogEnd {
    const row = this.#end.get(epoch);
    return { epoch, head: text(row, "log_head"), length: integer(row, "log_length") };
  }

  /**
   * Appends inside the caller's transaction; returns the line's number. `submission`: the row that the entry was made of, by
   * `entryOfSubmission`; null for a line that has no row.
   */
  append(end: LogEnd, entry: LogEntry, submission: number | null = null): number {
    const line = canonical({ ...entry, n: end.length, prev: end.head });
    const hash = sha256Hex(line);
    this.#insert.run(end.epoch, end.length, packHash(hash), submission, submission === null ? line : null);
    this.#advance.run(hash, end.length + 1, end.epoch);
    return end.length;
  }

  /** How many lines, at least `from`, the log had when it ended in the hash; null when it never did, or too many lines ago. */
  lengthAt(hash: string, { epoch, head, length }: LogEnd, from: number): number | null {
    if (hash === head) return length;
    const line = this.#before.get(epoch, Math.max(from - 1, length - LOOK_BACK, 0), packHash(hash));
    return line === undefined ? null : integer(line, "n") + 1;
  }

  /** The lines after number `after` as texts, up to the one with which they reach `PAGE_BYTES`; null at the end. */
  text(epoch: number, after: number): LogText | null {
    let prev = this.#hashBefore(epoch, after);
    if (prev === null) return null;
    let lines = "";
    let last = after;
    for (const row of this.#page.iterate(epoch, after, PAGE_LINES)) {
      const hash = unpack(row, "hash", "");
      lines += `${publishedLine(row, prev, hash)}\n`;
      prev = hash;
      last = integer(row, "n");
      if (lines.length >= PAGE_BYTES) break;
    }
    return lines === "" ? null : { text: lines, last };
  }

  #hashBefore(epoch: number, after: number): string | null {
    const before = this.#prev.get(epoch, after);
    return before === undefined ? null : unpack(before, "prev", "");
  }

  /** Lines of an epoch on record after number `after`; fewer than `limit` when they are long, none only at the end. */
  page(epoch: number, after: number, limit: number): ChainedEntry[] {
    const before = this.#prev.get(epoch, after);
    if (before === undefined) return [];
    let prev = unpack(before, "prev", "");
    const entries: ChainedEntry[] = [];
    let bytes = 0;
    for (const row of this.#page.iterate(epoch, after, limit)) {
      const entry = chainedEntry(row, prev);
      entries.push(entry);
      prev = entry.hash;
      bytes += typeof row.line === "string" ? row.line.length : LINE_BYTES;
      if (bytes >= PAGE_BYTES) break;
    }
    return entries;
  }
}

const epochMember = '"epoch":';

/**
 * The canonical text of a line with its hash. A stored text is not parsed: in every kind of line `hash` comes right after `epoch`,
 * and inside a string the member's quotes would be escaped.
 */
function publishedLine(row: Row, prev: string, hash: string): string {
  if (row.line === null) return canonical(chainedEntry(row, prev));
  const line = jsonText(row, "line");
  const end = line.indexOf(",", line.indexOf(epochMember));
  if (!line.includes(epochMember) || end === -1) throw unreadable("line", "an object with epoch");
  return `${line.slice(0, end)},"hash":"${hash}"${line.slice(end)}`;
}

function chainedEntry(row: Row, prev: string): ChainedEntry {
  const hash = unpack(row, "hash", "");
  if (row.line === null) return { ...entryOfSubmission(row), n: integer(row, "n"), prev, hash };
  return { ...json<Omit<ChainedEntry, "hash">>(row, "line", linkMembers), hash } as ChainedEntry;
}
