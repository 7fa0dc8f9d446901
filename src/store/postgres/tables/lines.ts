import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { LogEntry } from "../../../flow/draw.ts";
import type { Row } from "../../records/rows.ts";
import { integer, text } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";
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

/** Takes the locks of epochs in ascending order. */
const lockEnds = statement(
  "lock_epochs",
  `SELECT epoch, closed_at, log_head, log_length FROM epochs WHERE epoch = ANY($1::bigint[])
   ORDER BY epoch FOR NO KEY UPDATE`,
);

/**
 * While an epoch is open its log ends in its last line, and what its row says is where the log began. A row that moved with every
 * group would leave versions that an old snapshot keeps, and every look at it would pass all of them.
 */
const lastLine = perEpoch((epoch) =>
  statement(
    `last_line_${epoch}`,
    `SELECT hash AS log_head, n + 1 AS log_length FROM ${partOf("log_lines", epoch)} ORDER BY n DESC LIMIT 1`,
  ),
);

/** A row of an epoch with the end that its log has. */
export async function withEnd(sql: Sql, row: Row): Promise<Row> {
  if (row.closed_at !== null) return row;
  return { ...row, ...(await first(sql, lastLine(integer(row, "epoch")))) };
}

function endOf(row: Row): LogEnd {
  return {
    epoch: integer(row, "epoch"),
    closed: row.closed_at !== null,
    head: text(row, "log_head"),
    length: integer(row, "log_length"),
  };
}

/**
 * Every operation that appends takes these locks first, so that a log stays one chain over all processes. `known`: epochs whose
 * tables are there, which are read without waiting for the locks' answer.
 */
export async function lockedEnds(
  sql: Sql,
  epochs: readonly number[],
  known: { has(epoch: number): boolean } = new Set(),
): Promise<LogEnd[]> {
  const locked = sql.rows(lockEnds, [epochs]);
  const sure = epochs.filter((epoch) => known.has(epoch));
  const [rows, lines] = await Promise.all([
    locked,
    Promise.all(sure.map((epoch) => first(sql, lastLine(epoch)))),
  ]);
  const early = new Map(sure.map((epoch, index) => [epoch, lines[index]]));
  const whole = rows.map((row) => {
    const epoch = integer(row, "epoch");
    if (!early.has(epoch)) return withEnd(sql, row);
    return row.closed_at === null ? { ...row, ...early.get(epoch) } : row;
  });
  return (await Promise.all(whole)).map(endOf);
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

/** Stores the lines that were appended to an epoch's log. */
export function storeLines(sql: Sql, end: LogEnd, lines: readonly Line[]): Promise<unknown>[] {
  if (lines.length === 0) return [];
  const columns = [
    lines.map(({ n }) => n),
    lines.map(({ hash }) => hash),
    lines.map(({ submission }) => submission),
    lines.map(({ line }) => line),
  ];
  return [sql.run(insert(end.epoch), columns)];
}
