import type { Suspension } from "../../../flow/standing.ts";
import { withoutNul } from "../nul.ts";
import { type Sql, statement } from "../sql.ts";

const upsert = statement(
  "suspend",
  `INSERT INTO suspensions AS s (hotkey, kind, until_block, reason, by, at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (hotkey, kind) DO UPDATE SET until_block = excluded.until_block, reason = excluded.reason,
      by = excluded.by, at = excluded.at
    WHERE excluded.until_block > s.until_block`,
);

/** Writes a suspension unless one of its kind lasts at least as long; false then. */
export async function putSuspension(sql: Sql, suspension: Suspension): Promise<boolean> {
  const { hotkey, kind, untilBlock, reason, by, at } = suspension;
  return (await sql.run(upsert, [hotkey, kind, untilBlock, withoutNul(reason), by, at])) === 1;
}
