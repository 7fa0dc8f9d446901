import type { DatabaseSync } from "node:sqlite";
import { integer } from "../../records/rows.ts";
import { walkChain } from "../guard/logChains.ts";
import { RetiredEpochs } from "../tables/retired.ts";

/** What had to be given up so that the store keeps its rules. */
export interface RulesReport {
  /** Epochs whose log is not whole: no line of them is served, and none of them is drawn from again. */
  readonly epochsDropped: readonly number[];
  /** Pending submissions whose draw is gone; they end void. */
  readonly voided: number;
  /** Suspensions made again from the strikes that caused them. */
  readonly suspensionsRestored: number;
}

const dropped = ["log_lines", "log_heads", "open_samples", "epochs"] as const;

function dropBrokenEpochs(db: DatabaseSync): number[] {
  const retired = new RetiredEpochs(db);
  const broken = db
    .prepare("SELECT * FROM epochs ORDER BY epoch")
    .all()
    .filter((row) => walkChain(db, row).fault !== null)
    .map((row) => integer(row, "epoch"));
  for (const epoch of broken) {
    for (const table of dropped) db.prepare(`DELETE FROM ${table} WHERE epoch = ?`).run(epoch);
    if (!retired.has(epoch)) retired.add(epoch);
  }
  return broken;
}

const voidWithoutDraw = `UPDATE submissions SET state = 'void', code = 'store_salvaged'
  WHERE state = 'pending' AND NOT EXISTS
    (SELECT 1 FROM log_lines l WHERE l.epoch = submissions.epoch AND l.n = submissions.draw_n)`;

const suspendAgain = `INSERT INTO suspensions (hotkey, kind, until_block, reason, by, at)
  SELECT hotkey, 'strike', max(suspend_until), 'store_salvaged', 'judge', max(at) FROM strikes s
  WHERE suspend_until IS NOT NULL AND NOT EXISTS (SELECT 1 FROM operator_actions a
    WHERE a.hotkey = s.hotkey AND a.action = 'release' AND a.at >= s.at)
  GROUP BY hotkey ON CONFLICT (hotkey, kind) DO UPDATE SET until_block = excluded.until_block
    WHERE excluded.until_block > suspensions.until_block`;

/** No number is given again that a row has. */
const countOn = (name: string, greatest: string): string =>
  `INSERT INTO counters (name, value) SELECT '${name}', greatest FROM (${greatest}) WHERE greatest IS NOT NULL
    ON CONFLICT (name) DO UPDATE SET value = max(value, excluded.value)`;

const shareAnew = [
  "UPDATE answers SET owner = 0",
  "UPDATE customer_jobs SET claimant = 0",
  countOn("node", "SELECT max(token) AS greatest FROM nodes"),
  countOn("stream", "SELECT max(number) AS greatest FROM streams"),
  countOn("standing", "SELECT max(n) AS greatest FROM standing_changes"),
];

/** Makes what was copied a store that a start accepts. A lost suspension is no amnesty where its strike is left. */
export function restoreRules(db: DatabaseSync, suspensionsLost: boolean): RulesReport {
  db.exec("BEGIN");
  const epochsDropped = dropBrokenEpochs(db);
  // Lines whose epoch is gone belong to no log.
  for (const table of ["log_lines", "log_heads", "open_samples"])
    db.exec(`DELETE FROM ${table} WHERE epoch NOT IN (SELECT epoch FROM epochs)`);
  const voided = Number(db.prepare(voidWithoutDraw).run().changes);
  db.exec("DELETE FROM answers WHERE id NOT IN (SELECT id FROM submissions WHERE state = 'pending')");
  for (const statement of shareAnew) db.exec(statement);
  const suspensionsRestored = suspensionsLost ? Number(db.prepare(suspendAgain).run().changes) : 0;
  db.exec("COMMIT");
  return { epochsDropped, voided, suspensionsRestored };
}
