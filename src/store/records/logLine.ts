import { hash } from "node:crypto";
import { canonical } from "../../core/canonical.ts";
import { entryOfSubmission } from "./lineOfSubmission.ts";
import { unpack } from "./packed.ts";
import { integer, type Row, text, unreadable } from "./rows.ts";

/** Selects lines with the submissions that they were made of; a line of its own has none. */
export const lineSelect = `SELECT s.*, l.n, l.hash, l.line FROM log_lines l
  LEFT JOIN submissions s ON s.id = l.submission WHERE l.epoch = ?`;

/** The text that was hashed: as it is stored, or made again of the submission's row. */
export function lineOf(row: Row, prev: string): string {
  if (row.line !== null) return text(row, "line");
  return canonical({ ...entryOfSubmission(row), n: integer(row, "n"), prev });
}

/** Why a line does not follow the one before it, or null; `line` is its text. */
export function brokenLink(row: Row, line: string, n: number, prev: string): string | null {
  if (integer(row, "n") !== n) return `line ${n} is missing`;
  // Three times as fast as a hash object: a start walks every line of the open epochs.
  if (hash("sha256", line) !== unpack(row, "hash", "")) return `line ${n} is not the one that was hashed`;
  // Canonical JSON: a name with its quotes stands nowhere inside a string.
  if (!line.includes(`"n":${n},`) || !line.includes(`"prev":"${prev}"`))
    return `line ${n} does not continue line ${n - 1}`;
  return null;
}

const epochMember = '"epoch":';

/**
 * The canonical text of a line with its hash, without parsing it: in every kind of line `hash` comes right after `epoch`, and
 * inside a string the member's quotes would be escaped.
 */
export function publishedLine(line: string, hashOfLine: string): string {
  const end = line.indexOf(",", line.indexOf(epochMember));
  if (!line.includes(epochMember) || end === -1) throw unreadable("line", "an object with epoch");
  return `${line.slice(0, end)},"hash":"${hashOfLine}"${line.slice(end)}`;
}
