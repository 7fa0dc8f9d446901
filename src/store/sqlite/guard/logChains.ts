import { hash } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { integer, type Row, text } from "../tables/rows.ts";

/** A line as it is stored, checked against the line before it; returns why it does not follow, or null. */
export function brokenLink(row: Row, n: number, prev: string): string | null {
  const line = text(row, "line");
  if (integer(row, "n") !== n) return `line ${n} is missing`;
  // Three times as fast as a hash object: a start walks every line of the open epochs.
  if (hash("sha256", line) !== row.hash) return `line ${n} is not the one that was hashed`;
  // Canonical JSON: a name with its quotes stands nowhere inside a string.
  if (!line.includes(`"n":${n},`) || !line.includes(`"prev":"${prev}"`))
    return `line ${n} does not continue line ${n - 1}`;
  return null;
}

/** Walks one epoch's log from its commitment to its end; returns the first fault and the lines before it. */
export function walkChain(
  db: DatabaseSync,
  epoch: Row,
): { readonly lines: number; readonly fault: string | null } {
  const number = integer(epoch, "epoch");
  let prev = text(epoch, "commitment");
  let n = 0;
  const rows = db.prepare("SELECT n, line, hash FROM log_lines WHERE epoch = ? ORDER BY n").iterate(number);
  for (const row of rows) {
    const fault = brokenLink(row, n, prev);
    if (fault !== null) return { lines: n, fault };
    prev = text(row, "hash");
    n++;
  }
  const whole = prev === epoch.log_head && n === epoch.log_length;
  return { lines: n, fault: whole ? null : `it ends after ${n} lines and not in the head on record` };
}
