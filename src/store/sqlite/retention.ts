import type { DatabaseSync } from "node:sqlite";
import type { RetentionBounds } from "../../flow/store.ts";
import { write } from "./operation.ts";

/** Rows of each kind a step: keeps the transaction, and so everybody's wait, to some milliseconds. */
const STEP_ROWS = 1000;

/** What hangs on no epoch on record, older than the bound. An epoch that is not closed keeps all it has. */
const orphaned = (table: string): string =>
  `${table}.epoch < ? AND NOT EXISTS (SELECT 1 FROM epochs WHERE epochs.epoch = ${table}.epoch)`;

/**
 * Retention in steps. The epoch's record goes first, in one step with nothing else of it gone before, so that no
 * auditor meets an epoch whose log has lost its start; what it leaves behind follows, whatever interrupts.
 */
export function retentionOperations(db: DatabaseSync) {
  const epochs = db.prepare("DELETE FROM epochs WHERE epoch < ? AND closed_at IS NOT NULL");
  const submissions = db.prepare(`DELETE FROM submissions WHERE id IN
    (SELECT id FROM submissions WHERE ${orphaned("submissions")} AND state <> 'pending' LIMIT ${STEP_ROWS})`);
  const lines = db.prepare(`DELETE FROM log_lines WHERE (epoch, n) IN
    (SELECT epoch, n FROM log_lines WHERE ${orphaned("log_lines")} LIMIT ${STEP_ROWS})`);
  const pages = db.prepare(`DELETE FROM pages WHERE (epoch, hotkey, lane, tier, first, past) IN
    (SELECT epoch, hotkey, lane, tier, first, past FROM pages WHERE ${orphaned("pages")} LIMIT ${STEP_ROWS})`);
  const solves = db.prepare(`DELETE FROM solves WHERE (lane, challenge_id) IN
    (SELECT lane, challenge_id FROM solves WHERE ${orphaned("solves")} AND received_at < ? LIMIT ${STEP_ROWS})`);

  return {
    /** Rows dropped by this step; 0 when nothing is left to drop. */
    retire: write(({ beforeEpoch, keepSolvesSince }: RetentionBounds): number => {
      let dropped = Number(epochs.run(beforeEpoch).changes);
      for (const step of [submissions, lines, pages]) dropped += Number(step.run(beforeEpoch).changes);
      return dropped + Number(solves.run(beforeEpoch, keepSolvesSince).changes);
    }),
  };
}
