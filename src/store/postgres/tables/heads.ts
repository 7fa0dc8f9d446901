import { LOG_HEADS_MAX, type LogHead } from "../../../flow/draw.ts";
import type { Fence } from "../../../flow/leases.ts";
import { logHeadOf } from "../../records/logHead.ts";
import { integer } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";
import { requireFence } from "./fence.ts";
import { type LogEnd, lockedEnds } from "./lines.ts";
import { read, write } from "./operation.ts";
import { partOf } from "./partitions.ts";
import { perEpoch } from "./perEpoch.ts";

/** Lines searched for a head: at most some hundred lines are logged while a head is being signed. */
const LOOK_BACK = 4096;

const insert = statement(
  "head_insert",
  `INSERT INTO log_heads (epoch, n, lines, log_head, signed_at, key_id, signature) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
);
const last = statement(
  "head_last",
  "SELECT n, lines FROM log_heads WHERE epoch = $1 ORDER BY n DESC LIMIT 1",
);
const all = statement("heads", "SELECT * FROM log_heads WHERE epoch = $1 ORDER BY n");
const before = perEpoch((epoch) =>
  statement(
    `line_of_head_${epoch}`,
    `SELECT n FROM ${partOf("log_lines", epoch)} WHERE n >= $1 AND hash = $2
     ORDER BY n DESC LIMIT 1`,
  ),
);

/** How many heads an epoch has, and the length of its log at the last one (-1 without heads). */
async function state(sql: Sql, epoch: number): Promise<{ readonly count: number; readonly lines: number }> {
  const row = await first(sql, last, [epoch]);
  return row === undefined
    ? { count: 0, lines: -1 }
    : { count: integer(row, "n") + 1, lines: integer(row, "lines") };
}

/** Adds a head under the lock of its epoch's row. */
export async function addHead(sql: Sql, head: LogHead, lines: number): Promise<void> {
  const { epoch, log_head, signed_at, key_id, signature } = head;
  const { count } = await state(sql, epoch);
  await sql.run(insert, [epoch, count, lines, log_head, signed_at, key_id, signature]);
}

/** How many lines, at least `from`, the log had when it ended in the hash; null when it never did, or too many lines ago. */
async function lengthAt(sql: Sql, hash: string, end: LogEnd, from: number): Promise<number | null> {
  if (hash === end.head) return end.length;
  const row = await first(sql, before(end.epoch), [Math.max(from - 1, end.length - LOOK_BACK, 0), hash]);
  return row === undefined ? null : integer(row, "n") + 1;
}

export const headOperations = {
  addLogHead: write(async (sql: Sql, head: LogHead, fence?: Fence): Promise<boolean> => {
    await requireFence(sql, fence);
    const [end] = await lockedEnds(sql, [head.epoch]);
    if (end === undefined) return false;
    const { count, lines: reached } = await state(sql, head.epoch);
    // The last place is reserved for the final head.
    if (end.closed || count >= LOG_HEADS_MAX - 1) return false;
    const lines = await lengthAt(sql, head.log_head, end, reached + 1);
    if (lines === null || lines <= reached) return false;
    await addHead(sql, head, lines);
    return true;
  }),
  logHeads: read(
    async (sql: Sql, epoch: number): Promise<LogHead[]> => (await sql.rows(all, [epoch])).map(logHeadOf),
  ),
};
