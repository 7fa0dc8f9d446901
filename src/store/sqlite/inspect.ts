import type { DatabaseSync } from "node:sqlite";
import { customerJobOf } from "../records/customerJob.ts";
import { customerTokenOf } from "../records/customerToken.ts";
import { epochOf } from "../records/epoch.ts";
import { logHeadOf } from "../records/logHead.ts";
import { openSampleOf } from "../records/openSample.ts";
import { Unreadable } from "../records/rows.ts";
import { weightPlanOf } from "../records/weightPlan.ts";
import { walkChain } from "./guard/logChains.ts";
import { checkStanding } from "./tables/standing.ts";
import { pendingOf, pendingSelect } from "./tables/submissions.ts";

/** Decodes every row that a start needs and walks the logs of open epochs; throws `Unreadable` on the first damaged one. */
export function checkRows(db: DatabaseSync): void {
  checkStanding(db);
  for (const row of db.prepare("SELECT * FROM epochs WHERE closed_at IS NULL").iterate()) epochOf(row);
  const heads = "SELECT h.* FROM log_heads h JOIN epochs USING (epoch) WHERE closed_at IS NULL";
  for (const row of db.prepare(heads).iterate()) logHeadOf(row);
  for (const row of db.prepare(`${pendingSelect} WHERE s.state = 'pending'`).iterate()) pendingOf(row);
  for (const row of db.prepare("SELECT * FROM open_samples").iterate()) openSampleOf(row);
  for (const row of db.prepare("SELECT * FROM customer_jobs WHERE state = 'queued'").iterate()) {
    customerJobOf(row);
  }
  for (const row of db.prepare("SELECT * FROM customer_tokens").iterate()) customerTokenOf(row);
  const plans = "SELECT * FROM weight_plans WHERE state NOT IN ('confirmed', 'missed')";
  for (const row of db.prepare(plans).iterate()) weightPlanOf(row);
  checkChains(db, "WHERE closed_at IS NULL");
}

/** Walks the logs of the chosen epochs; throws `Unreadable` at the first that is not whole. */
export function checkChains(db: DatabaseSync, which: string): void {
  for (const row of db.prepare(`SELECT * FROM epochs ${which} ORDER BY epoch`).all()) {
    const { lines, fault } = walkChain(db, row);
    if (fault === null) continue;
    const lost = `the log of epoch ${row.epoch} after line ${lines}`;
    throw new Unreadable(`log of epoch ${row.epoch}: ${fault}`, lost);
  }
}
