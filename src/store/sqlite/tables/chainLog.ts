import type { DatabaseSync, StatementSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { ChainedEntry, LogText } from "../../../flow/store.ts";
import { brokenLink, lineOf, lineSelect, publishedLine } from "../../records/logLine.ts";
import { packHash, unpack } from "../../records/packed.ts";
import { integer, text, Unreadable } from "../../records/rows.ts";

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
const PAGE_LINES = 128;

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
    this.#page = db.prepare(`${lineSelect} AND l.n > ? ORDER BY l.n LIMIT ?`);
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
    let text = "";
    let last = after;
    for (const { n, line, hash } of this.#walk(epoch, after, PAGE_LINES)) {
      text += `${publishedLine(line, hash)}\n`;
      last = n;
    }
    return text === "" ? null : { text, last };
  }

  /** Lines of an epoch on record after number `after`; fewer than `limit` when they are long, none only at the end. */
  page(epoch: number, after: number, limit: number): ChainedEntry[] {
    return Array.from(
      this.#walk(epoch, after, limit),
      ({ line, hash }) => ({ ...JSON.parse(line), hash }) as ChainedEntry,
    );
  }

  /** Throws `Unreadable` rather than give a line that is not the one that was logged. */
  *#walk(epoch: number, after: number, limit: number): Generator<{ n: number; line: string; hash: string }> {
    const record = this.#end.get(epoch);
    if (record === undefined || after >= integer(record, "log_length")) return;
    const before = this.#prev.get(epoch, after);
    let prev = unpack(before, "prev", "");
    let n = Math.max(after, -1) + 1;
    let bytes = 0;
    for (const row of this.#page.iterate(epoch, after, limit)) {
      const line = lineOf(row, prev);
      const fault = brokenLink(row, line, n, prev);
      if (fault !== null) throw new Unreadable(`log of epoch ${epoch}: ${fault}`);
      prev = unpack(row, "hash", "");
      yield { n, line, hash: prev };
      n++;
      bytes += line.length;
      if (bytes >= PAGE_BYTES) return;
    }
    const { head, length } = this.endOf(epoch);
    if (n > length || (n === length && prev !== head) || (n < length && n - after - 1 < limit))
      throw new Unreadable(
        `log of epoch ${epoch}: it ends after line ${n - 1} and not in the head on record`,
      );
  }
}
