import type { StrikeRecord } from "../../../flow/strike.ts";
import { integer } from "../../records/rows.ts";
import { first, type Sql, statement } from "../sql.ts";
import { takeExhibit } from "./exhibits.ts";
import { putSuspension } from "./suspend.ts";

const insert = statement(
  "strike_insert",
  `INSERT INTO strikes (strike_id, hotkey, lane, block, at, evidence, suspend_until, counted, after_id)
   VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8) RETURNING id`,
);
// A hotkey that was dropped since its answer: standing is loaded, and retention drops, by what was seen. The row's lock orders
// the strike and whatever credits the hotkey meanwhile.
const sight = statement(
  "strike_sight",
  `INSERT INTO miners AS m (hotkey, first_seen, last_seen, submitted, accepted, rejected, void)
   VALUES ($1, $2, $2, 0, 0, 0, 0) ON CONFLICT (hotkey) DO UPDATE SET last_seen = m.last_seen`,
);
const forfeitSolves = statement(
  "forfeit_solves",
  "UPDATE solves SET forfeited = 1 WHERE hotkey = $1 AND verified = 0 AND forfeited = 0",
);
const forfeitWork = statement(
  "forfeit_work",
  "UPDATE work SET unverified = 0 WHERE hotkey = $1 AND unverified > 0",
);
const spend = statement("strike_spend", "UPDATE strikes SET counted = 0 WHERE hotkey = $1 AND counted = 1");

/** Forfeits the hotkey's unverified credit. */
export async function forfeit(sql: Sql, hotkey: string): Promise<void> {
  await Promise.all([sql.run(forfeitSolves, [hotkey]), sql.run(forfeitWork, [hotkey])]);
}

/** Records a strike and its consequences. `afterId`: the newest submission then. */
export async function recordStrike(sql: Sql, strike: StrikeRecord, afterId: number): Promise<void> {
  const { strikeId, hotkey, lane, block, at, suspendUntil } = strike;
  await sql.run(sight, [hotkey, block]);
  const { evidence, put } = await takeExhibit(sql, strike);
  const values = [strikeId, hotkey, lane, block, at, JSON.stringify(evidence), suspendUntil, afterId];
  await put(integer(await first(sql, insert, values), "id"));
  await forfeit(sql, hotkey);
  sql.noteStanding(hotkey);
  if (suspendUntil === null) return;
  const reason = evidence.verdict.code;
  await putSuspension(sql, { hotkey, kind: "strike", untilBlock: suspendUntil, reason, by: "judge", at });
  await sql.run(spend, [hotkey]);
}
