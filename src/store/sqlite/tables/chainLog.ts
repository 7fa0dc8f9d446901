import type { DatabaseSync, StatementSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { ChainedEntry } from "../../../flow/store.ts";
import { brokenLink } from "../guard/logChains.ts";
import { integer, json, type Row, text, Unreadable } from "./rows.ts";

/** The end of an epoch's log, where the next line goes. */
export interface LogEnd {
  readonly epoch: number;
  readonly head: string;
  readonly length: number;
}

/** Lines searched for a head: at most some hundred lines are logged while a head is being signed. */
const LOOK_BACK = 4096;

const linkMembers = ["type", "epoch", "n", "prev"] as const;

/** The hash-chained logs. A line is stored as it is hashed: canonical JSON with `n` and `prev`, without `hash`. */
export class ChainLog {
  readonly #insert: StatementSync;
  readonly #advance: StatementSync;
  readonly #page: StatementSync;
  readonly #line: StatementSync;
  readonly #end: StatementSync;
  readonly #before: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO log_lines (epoch, n, line, hash) VALUES (?, ?, ?, ?)");
    this.#advance = db.prepare("UPDATE epochs SET log_head = ?, log_length = ? WHERE epoch = ?");
    this.#page = db.prepare(
      "SELECT n, line, hash FROM log_lines WHERE epoch = ? AND n > ? ORDER BY n LIMIT ?",
    );
    this.#line = db.prepare("SELECT hash FROM log_lines WHERE epoch = ? AND n = ?");
    this.#end = db.prepare("SELECT commitment, log_head, log_length FROM epochs WHERE epoch = ?");
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

  /** Lines after a number; throws `Unreadable` rather than give one that is not the line that was logged. */
  page(epoch: number, after: number, limit: number): ChainedEntry[] {
    const rows = this.#page.all(epoch, after, limit);
    this.#checkLinks(epoch, after, rows, rows.length < limit);
    return rows.map(chainedEntry);
  }

  #checkLinks(epoch: number, after: number, rows: readonly Row[], isEnd: boolean): void {
    const record = this.#end.get(epoch);
    if (record === undefined) return;
    let prev = after < 0 ? text(record, "commitment") : text(this.#line.get(epoch, after), "hash");
    let n = Math.max(after, -1) + 1;
    for (const row of rows) {
      const fault = brokenLink(row, n, prev);
      if (fault !== null) throw new Unreadable(`log of epoch ${epoch}: ${fault}`);
      prev = text(row, "hash");
      n++;
    }
    if (isEnd && (prev !== record.log_head || n !== record.log_length))
      throw new Unreadable(
        `log of epoch ${epoch}: it ends after line ${n - 1} and not in the head on record`,
      );
  }
}

function chainedEntry(row: Row): ChainedEntry {
  return {
    ...json<Omit<ChainedEntry, "hash">>(row, "line", linkMembers),
    hash: text(row, "hash"),
  } as ChainedEntry;
}
