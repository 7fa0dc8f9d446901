import type { DatabaseSync, StatementSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { ChainedEntry, LogText } from "../../../flow/store.ts";
import { integer, json, jsonText, type Row, text, unreadable } from "./rows.ts";

/** The end of an epoch's log, where the next line goes. */
export interface LogEnd {
  readonly epoch: number;
  readonly head: string;
  readonly length: number;
}

/** Lines searched for a head: at most some hundred lines are logged while a head is being signed. */
const LOOK_BACK = 4096;

/** Characters after which a page of text ends: a few microseconds of the store's thread. */
const pageLength = 65_536;

const linkMembers = ["type", "epoch", "n", "prev"] as const;

/** The hash-chained logs. A line is stored as it is hashed: canonical JSON with `n` and `prev`, without `hash`. */
export class ChainLog {
  readonly #insert: StatementSync;
  readonly #advance: StatementSync;
  readonly #page: StatementSync;
  readonly #lines: StatementSync;
  readonly #end: StatementSync;
  readonly #before: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO log_lines (epoch, n, line, hash) VALUES (?, ?, ?, ?)");
    this.#advance = db.prepare("UPDATE epochs SET log_head = ?, log_length = ? WHERE epoch = ?");
    this.#page = db.prepare("SELECT line, hash FROM log_lines WHERE epoch = ? AND n > ? ORDER BY n LIMIT ?");
    this.#lines = db.prepare("SELECT n, line, hash FROM log_lines WHERE epoch = ? AND n > ? ORDER BY n");
    this.#end = db.prepare("SELECT log_head, log_length FROM epochs WHERE epoch = ?");
    this.#before = db.prepare(
      "SELECT n FROM log_lines WHERE epoch = ? AND n >= ? AND hash = ? ORDER BY n DESC LIMIT 1",
    );
  }

  /** The end of the log of an epoch on record, open or closed. */
  endOf(epoch: number): LogEnd {
    const row = this.#end.get(epoch);
    return { epoch, head: text(row, "log_head"), length: integer(row, "log_length") };
  }

  /** Appends inside the caller's transaction; returns the line's number. */
  append(end: LogEnd, entry: LogEntry): number {
    const line = canonical({ ...entry, n: end.length, prev: end.head });
    const hash = sha256Hex(line);
    this.#insert.run(end.epoch, end.length, line, hash);
    this.#advance.run(hash, end.length + 1, end.epoch);
    return end.length;
  }

  /** How many lines, at least `from`, the log had when it ended in the hash; null when it never did, or too many lines ago. */
  lengthAt(hash: string, { epoch, head, length }: LogEnd, from: number): number | null {
    if (hash === head) return length;
    const line = this.#before.get(epoch, Math.max(from - 1, length - LOOK_BACK, 0), hash);
    return line === undefined ? null : integer(line, "n") + 1;
  }

  /** The lines after number `after` as texts, up to the one with which they reach `pageLength`. */
  text(epoch: number, after: number): LogText | null {
    let lines = "";
    let last = after;
    for (const row of this.#lines.iterate(epoch, after)) {
      lines += `${publishedLine(row)}\n`;
      last = integer(row, "n");
      if (lines.length >= pageLength) break;
    }
    return lines === "" ? null : { text: lines, last };
  }

  page(epoch: number, after: number, limit: number): ChainedEntry[] {
    return this.#page.all(epoch, after, limit).map(chainedEntry);
  }
}

const epochMember = '"epoch":';

/**
 * The canonical text of a line with its hash, made from the stored text without parsing it: in every kind of line `hash` comes
 * right after `epoch`, and inside a string the member's quotes would be escaped.
 */
function publishedLine(row: Row): string {
  const line = jsonText(row, "line");
  const end = line.indexOf(",", line.indexOf(epochMember));
  if (!line.includes(epochMember) || end === -1) throw unreadable("line", "an object with epoch");
  return `${line.slice(0, end)},"hash":"${text(row, "hash")}"${line.slice(end)}`;
}

function chainedEntry(row: Row): ChainedEntry {
  return {
    ...json<Omit<ChainedEntry, "hash">>(row, "line", linkMembers),
    hash: text(row, "hash"),
  } as ChainedEntry;
}
