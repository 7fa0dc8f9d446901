import type { DatabaseSync } from "node:sqlite";
import type { RetentionBounds } from "../../../flow/store.ts";
import { write } from "./operation.ts";
import { RetiredEpochs } from "./retired.ts";
import { integer } from "./rows.ts";

/** Rows of each kind per step: keeps the transaction, and with it every other call's wait, to a few milliseconds. */
const STEP_ROWS = 1000;
/** The same for log lines: a line of draws has about ten KiB, and every page of it is read before it is freed. */
const STEP_LINE_BYTES = 1_048_576;

/** Rows older than the bound whose epoch is not on record. An open epoch keeps all its rows. */
const orphaned = (table: string): string =>
  `(${table}.epoch < ?1 OR ${table}.epoch > ?2) AND NOT EXISTS (SELECT 1 FROM epochs WHERE epochs.epoch = ${table}.epoch)`;

/**
 * Retention in steps. The epoch's record is dropped first, so that no auditor is served an epoch whose log has lost its
 * start; the rows that depended on it follow, even after an interruption.
 */
export function retentionOperations(db: DatabaseSync) {
  const retired = new RetiredEpochs(db);
  const epochs = db.prepare(`DELETE FROM epochs WHERE closed_at IS NOT NULL
    AND CASE WHEN ends_at IS NULL THEN epoch < ? ELSE ends_at <= ? END RETURNING epoch`);
  const submissions = db.prepare(`DELETE FROM submissions WHERE id IN
    (SELECT id FROM submissions WHERE ${orphaned("submissions")} AND state <> 'pending' LIMIT ${STEP_ROWS})`);
  const lines = db.prepare(`DELETE FROM log_lines WHERE (epoch, n) IN
    (SELECT epoch, n FROM
      (SELECT epoch, n, size, sum(size) OVER (ORDER BY epoch, n) AS total FROM
        (SELECT epoch, n, octet_length(line) AS size FROM log_lines WHERE ${orphaned("log_lines")}
          ORDER BY epoch, n LIMIT ${STEP_ROWS}))
      WHERE total - size < ${STEP_LINE_BYTES})`);
  const heads = db.prepare(`DELETE FROM log_heads WHERE (epoch, n) IN
    (SELECT epoch, n FROM log_heads WHERE ${orphaned("log_heads")} LIMIT ${STEP_ROWS})`);
  const pages = db.prepare(`DELETE FROM pages WHERE (epoch, hotkey, lane, tier, first, past) IN
    (SELECT epoch, hotkey, lane, tier, first, past FROM pages WHERE ${orphaned("pages")} LIMIT ${STEP_ROWS})`);
  const solves = db.prepare(`DELETE FROM solves WHERE (lane, challenge_id) IN
    (SELECT lane, challenge_id FROM solves WHERE ${orphaned("solves")} AND received_at < ?3 LIMIT ${STEP_ROWS})`);

  const work = db.prepare(`DELETE FROM work WHERE (start, lane, hotkey) IN
    (SELECT start, lane, hotkey FROM work WHERE start < ? ORDER BY start LIMIT ${STEP_ROWS})`);
  const jobs = db.prepare(`DELETE FROM customer_jobs WHERE id IN
    (SELECT id FROM customer_jobs WHERE state <> 'queued' AND coalesce(ended_at, created_at) < ? LIMIT ${STEP_ROWS})`);

  const dropEpochs = (before: number, endedBefore: number): number => {
    const gone = epochs.all(before, endedBefore).map((row) => integer(row, "epoch"));
    for (const epoch of gone.sort((a, b) => a - b)) retired.add(epoch);
    return gone.length;
  };

  return {
    /** Rows dropped by this step; 0 when nothing is left to drop. */
    retire: write((bounds: RetentionBounds): number => {
      const { beforeEpoch, afterEpoch, endedBefore, keepSolvesSince, keepJobsSince } = bounds;
      const after = afterEpoch ?? Number.MAX_SAFE_INTEGER;
      let dropped = dropEpochs(beforeEpoch, endedBefore ?? Number.NEGATIVE_INFINITY);
      for (const step of [submissions, lines, heads, pages])
        dropped += Number(step.run(beforeEpoch, after).changes);
      dropped += Number(solves.run(beforeEpoch, after, keepSolvesSince).changes);
      dropped += Number(work.run(keepSolvesSince).changes);
      return dropped + Number(jobs.run(keepJobsSince).changes);
    }),
  };
}
