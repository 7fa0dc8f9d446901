import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { Row } from "../../records/rows.ts";
import { integer, text } from "../../records/rows.ts";
import { type Sql, statement } from "../sql.ts";
import { partOf } from "./partitions.ts";
import { perEpoch } from "./perEpoch.ts";

/** The end of an epoch's log under its row's lock, as lines are added. */
export interface LogEnd {
  readonly epoch: number;
  readonly closed: boolean;
  head: string;
  length: number;
}

export interface Line {
  readonly epoch: number;
  readonly n: number;
  readonly hash: string;
  /** The row that the entry was made of; null for a line with a text of its own. */
  readonly submission: number | null;
  readonly line: string | null;
}

/** Every operation that appends takes these locks first, in ascending order, so that a log stays one chain over all processes. */
export const lockEnds = statement(
  "lock_epochs",
  `SELECT epoch, closed_at, log_head, log_length FROM epochs WHERE epoch = ANY($1::bigint[])
   ORDER BY epoch FOR NO KEY UPDATE`,
);

export function endOf(row: Row): LogEnd {
  return {
    epoch: integer(row, "epoch"),
    closed: row.closed_at !== null,
    head: text(row, "log_head"),
    length: integer(row, "log_length"),
  };
}

/** The next line of the log; the end moves. */
export function append(end: LogEnd, entry: LogEntry, submission: number | null = null): Line {
  const n = end.length++;
  const line = canonical({ ...entry, n, prev: end.head });
  end.head = sha256Hex(line);
  return { epoch: end.epoch, n, hash: end.head, submission, line: submission === null ? line : null };
}

const insert = perEpoch((epoch) =>
  statement(
    `insert_lines_${epoch}`,
    `INSERT INTO ${partOf("log_lines", epoch)} (epoch, n, hash, submission, line)
     SELECT ${epoch}, * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[])`,
  ),
);

const advance = statement("advance_log", "UPDATE epochs SET log_head = $2, log_length = $3 WHERE epoch = $1");

/** Stores the lines that were appended to an epoch's log. */
export function storeLines(sql: Sql, end: LogEnd, lines: readonly Line[]): Promise<unknown>[] {
  if (lines.length === 0) return [];
  const columns = [
    lines.map(({ n }) => n),
    lines.map(({ hash }) => hash),
    lines.map(({ submission }) => submission),
    lines.map(({ line }) => line),
  ];
  return [sql.run(insert(end.epoch), columns), sql.run(advance, [end.epoch, end.head, end.length])];
}
