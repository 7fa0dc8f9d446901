import type { DatabaseSync } from "node:sqlite";
import type { Suspension } from "../../../flow/standing.ts";

/** Writes a suspension unless one of its kind lasts at least as long; false then. */
export function suspender(db: DatabaseSync): (suspension: Suspension) => boolean {
  const upsert = db.prepare(`INSERT INTO suspensions (hotkey, kind, until_block, reason, by, at)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (hotkey, kind) DO UPDATE SET until_block = excluded.until_block, reason = excluded.reason,
      by = excluded.by, at = excluded.at
    WHERE excluded.until_block > suspensions.until_block`);
  return ({ hotkey, kind, untilBlock, reason, by, at }) =>
    upsert.run(hotkey, kind, untilBlock, reason, by, at).changes === 1;
}
