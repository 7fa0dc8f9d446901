import type { Fence } from "../../../flow/leases.ts";
import { SESSIONS_KEPT } from "../../../flow/sessionRecords.ts";
import type { RetentionBounds } from "../../../flow/store.ts";
import { integer, text } from "../../records/rows.ts";
import { first, type Sql, type Statement, statement } from "../sql.ts";
import { dropMinerRows } from "./dropMiner.ts";
import { dayOf } from "./exhibits.ts";
import { requireFence } from "./fence.ts";
import { alone } from "./operation.ts";
import { dropPartOf, lockParts, type Partitioned, partitioned, partOf } from "./partitions.ts";
import { addRetired } from "./retired.ts";
import { dropChanges } from "./standingChanges.ts";

/** Rows of one statement where rows are dropped one by one. */
const ROWS = 1024;
/** Hotkeys of one step: each may have hundreds of strikes. */
const HOTKEYS = 64;

/** What a step did. */
export interface Retired {
  readonly dropped: number;
  /** False when nothing is left to drop. */
  readonly more: boolean;
}

type Values = readonly unknown[];

const dropEpochs = statement(
  "retire_epochs",
  `DELETE FROM epochs WHERE closed_at IS NOT NULL
   AND CASE WHEN ends_at IS NULL THEN epoch < $1 ELSE ends_at <= $2 END RETURNING epoch`,
);

// What belongs to an epoch that is not on record. An epoch on record keeps all its rows.
const orphaned = (table: string): string =>
  `(${table}.epoch < $1 OR ${table}.epoch > $2) AND NOT EXISTS (SELECT 1 FROM epochs WHERE epochs.epoch = ${table}.epoch)`;

const orphanParts = statement(
  "retire_parts",
  `SELECT p.name, p.epoch FROM (
     SELECT parent.relname AS name, substring(part.relname FROM '_e([0-9]+)$')::bigint AS epoch
     FROM pg_inherits i JOIN pg_class part ON part.oid = i.inhrelid JOIN pg_class parent ON parent.oid = i.inhparent
     WHERE parent.relnamespace = current_schema()::regnamespace AND parent.relname = ANY($3::text[])) p
   WHERE p.epoch IS NOT NULL AND ${orphaned("p")} ORDER BY p.epoch, p.name`,
);
const dropHeads = statement("retire_heads", `DELETE FROM log_heads WHERE ${orphaned("log_heads")}`);

const NONE_AFTER = Number.MAX_SAFE_INTEGER;
const command = (sentence: string): Statement => statement("", sentence);
const count = async (sql: Sql, sentence: string, values: Values = []): Promise<number> =>
  integer(await first(sql, command(sentence), values), "n");

/** The record goes first, so that no auditor is served an epoch whose log has lost its start. */
async function retireEpochs(sql: Sql, bounds: RetentionBounds): Promise<number> {
  const { beforeEpoch, endedBefore = Number.NEGATIVE_INFINITY } = bounds;
  const rows = await sql.rows(dropEpochs, [beforeEpoch, endedBefore]);
  const gone = rows.map((row) => integer(row, "epoch")).sort((a, b) => a - b);
  for (const epoch of gone) await addRetired(sql, epoch);
  return gone.length;
}

/** Of a part that still has rows to keep, the others; null when the part is to be dropped whole. */
async function keptRows(
  sql: Sql,
  table: Partitioned,
  epoch: number,
  bounds: RetentionBounds,
): Promise<number | null> {
  const part = partOf(table, epoch);
  if (table === "solves") {
    const since = [bounds.keepSolvesSince];
    if ((await count(sql, `SELECT count(*) AS n FROM ${part} WHERE received_at >= $1`, since)) === 0)
      return null;
    return sql.run(command(`DELETE FROM ${part} WHERE received_at < $1`), since);
  }
  // What is pending is never dropped, nor what it needs.
  if (table === "pages") return null;
  const pending = partOf("answers", epoch);
  const isThere = await count(sql, "SELECT count(*) AS n FROM pg_class WHERE relname = $1", [pending]);
  if (isThere === 0) return null;
  return (await count(sql, `SELECT count(*) AS n FROM ${pending}`)) === 0 ? null : 0;
}

/** Drops the first part that can be dropped, in this transaction; null when there is none. */
async function retirePart(sql: Sql, bounds: RetentionBounds): Promise<number | null> {
  const { beforeEpoch, afterEpoch = NONE_AFTER } = bounds;
  await lockParts(sql);
  let dropped = 0;
  for (const row of await sql.rows(orphanParts, [beforeEpoch, afterEpoch, partitioned])) {
    const table = partitioned.find((name) => name === row.name);
    if (table === undefined) continue;
    const epoch = integer(row, "epoch");
    const kept = await keptRows(sql, table, epoch, bounds);
    dropped += kept ?? 0;
    if (kept !== null) continue;
    return dropped + (await dropPart(sql, table, epoch));
  }
  return dropped === 0 ? null : dropped;
}

/** Gives up soon when others use the table: while it waits, they wait too. */
async function dropPart(sql: Sql, table: Partitioned, epoch: number): Promise<number> {
  await sql.run(command("SET LOCAL lock_timeout = 500"));
  const rows = await count(sql, `SELECT count(*) AS n FROM ${partOf(table, epoch)}`);
  await dropPartOf(sql, table, epoch);
  return rows;
}

interface Timed {
  readonly drop: Statement;
  readonly values: (bounds: RetentionBounds) => Values | null;
}

/** What is kept for a time. */
const timed: readonly Timed[] = [
  {
    drop: statement(
      "retire_work",
      `DELETE FROM work WHERE (start, lane, hotkey) IN
         (SELECT start, lane, hotkey FROM work WHERE start < $1 ORDER BY start LIMIT ${ROWS})`,
    ),
    values: ({ keepSolvesSince }) => [Math.ceil(keepSolvesSince)],
  },
  {
    drop: statement(
      "retire_jobs",
      `DELETE FROM customer_jobs WHERE id IN (SELECT id FROM customer_jobs
         WHERE state <> 'queued' AND coalesce(ended_at, created_at) < $1 LIMIT ${ROWS})`,
    ),
    values: ({ keepJobsSince }) => [keepJobsSince],
  },
  {
    // While its jobs can be listed, a token keeps its name.
    drop: statement(
      "retire_tokens",
      `DELETE FROM customer_tokens WHERE revoked_at < $1 AND NOT EXISTS
         (SELECT 1 FROM customer_jobs WHERE customer_jobs.owner = customer_tokens.token_id)`,
    ),
    values: ({ keepJobsSince }) => [keepJobsSince],
  },
  {
    drop: statement(
      "retire_exhibits",
      `DELETE FROM exhibits WHERE strike IN (SELECT strike FROM exhibits WHERE day < $1 LIMIT ${ROWS})`,
    ),
    values: dayBound,
  },
  {
    drop: statement(
      "retire_exhibit_use",
      // The row of all hotkeys is no use of its own until something was kept.
      "DELETE FROM exhibit_use WHERE day < $1",
    ),
    values: dayBound,
  },
  {
    drop: statement(
      "retire_sessions",
      `DELETE FROM sessions WHERE hotkey IN (SELECT hotkey FROM sessions WHERE expires_at <= $1
         ORDER BY expires_at LIMIT ${ROWS} FOR UPDATE)`,
    ),
    values: ({ sessionsEndedBy: by }) => (by === undefined ? null : [by]),
  },
  {
    drop: statement(
      "retire_sessions_beyond",
      `DELETE FROM sessions WHERE hotkey IN
         (SELECT hotkey FROM sessions ORDER BY expires_at DESC LIMIT ${ROWS} OFFSET ${SESSIONS_KEPT})`,
    ),
    values: () => [],
  },
  {
    drop: statement(
      "retire_streams",
      `DELETE FROM streams WHERE hotkey IN
         (SELECT hotkey FROM streams WHERE node NOT IN (SELECT token FROM nodes)
           LIMIT ${ROWS} FOR UPDATE SKIP LOCKED)`,
    ),
    values: () => [],
  },
  { drop: dropChanges, values: () => [] },
];

function dayBound({ keepExhibitsSince: since }: RetentionBounds): Values | null {
  return since === undefined ? null : [dayOf(since)];
}

const unseen = statement(
  "retire_unseen",
  `SELECT hotkey FROM miners WHERE last_seen < $1
     AND NOT EXISTS (SELECT 1 FROM suspensions WHERE suspensions.hotkey = miners.hotkey) LIMIT ${HOTKEYS}`,
);

/** Hotkeys that were not seen for long; judge has forgotten them too. */
async function retireUnseen(sql: Sql, { keepSeenSince: since }: RetentionBounds): Promise<number> {
  if (since === undefined) return 0;
  const gone = (await sql.rows(unseen, [since])).map((row) => text(row, "hotkey"));
  await dropMinerRows(sql, gone);
  return gone.length;
}

export const retentionOperations = {
  /** One step: each is a transaction, so that none holds locks for long. */
  retire: alone(async (sql: Sql, bounds: RetentionBounds, fence?: Fence): Promise<Retired> => {
    await requireFence(sql, fence);
    const epochs = await retireEpochs(sql, bounds);
    if (epochs > 0) return { dropped: epochs, more: true };
    const part = await retirePart(sql, bounds);
    if (part !== null) return { dropped: part, more: true };
    let dropped = await sql.run(dropHeads, [bounds.beforeEpoch, bounds.afterEpoch ?? NONE_AFTER]);
    for (const { drop, values } of timed) {
      const given = values(bounds);
      if (given !== null) dropped += await sql.run(drop, given);
    }
    dropped += await retireUnseen(sql, bounds);
    return { dropped, more: dropped > 0 };
  }),
};
