import type { DatabaseSync, StatementSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { ChainedEntry } from "../../../flow/store.ts";
import { integer, json, type Row, text } from "./rows.ts";

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
  readonly #end: StatementSync;
  readonly #before: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO log_lines (epoch, n, line, hash) VALUES (?, ?, ?, ?)");
    this.#advance = db.prepare("UPDATE epochs SET log_head = ?, log_length = ? WHERE epoch = ?");
    this.#page = db.prepare("SELECT line, hash FROM log_lines WHERE epoch = ? AND n > ? ORDER BY n LIMIT ?");
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

  page(epoch: number, after: number, limit: number): ChainedEntry[] {
    return this.#page.all(epoch, after, limit).map(chainedEntry);
  }
}

function chainedEntry(row: Row): ChainedEntry {
  return {
    ...json<Omit<ChainedEntry, "hash">>(row, "line", linkMembers),
    hash: text(row, "hash"),
  } as ChainedEntry;
}
