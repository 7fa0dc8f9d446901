import type { DatabaseSync } from "node:sqlite";
import { brokenLink, lineOf, lineSelect } from "../../records/logLine.ts";
import { unpack } from "../../records/packed.ts";
import { integer, type Row, text } from "../../records/rows.ts";

/** Walks one epoch's log from its commitment to its end; returns the first fault and the lines before it. */
export function walkChain(
  db: DatabaseSync,
  epoch: Row,
): { readonly lines: number; readonly fault: string | null } {
  let prev = text(epoch, "commitment");
  let n = 0;
  for (const row of db.prepare(`${lineSelect} ORDER BY l.n`).iterate(integer(epoch, "epoch"))) {
    const fault = brokenLink(row, lineOf(row, prev), n, prev);
    if (fault !== null) return { lines: n, fault };
    prev = unpack(row, "hash", "");
    n++;
  }
  const whole = prev === epoch.log_head && n === epoch.log_length;
  return { lines: n, fault: whole ? null : `it ends after ${n} lines and not in the head on record` };
}
