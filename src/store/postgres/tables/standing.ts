import { causeText } from "../../../core/problems/assayError.ts";
import type { Remembered, Suspension } from "../../../flow/standing.ts";
import type { OperatorAction } from "../../../flow/store.ts";
import { integer, type Row, text, Unreadable } from "../../records/rows.ts";
import {
  actionOf,
  flatStrikes,
  rememberedOf,
  type SuspensionKey,
  type SuspensionPage,
  suspendedOf,
} from "../../records/standing.ts";
import { ServerError } from "../failure.ts";
import { withNul, withoutNul } from "../nul.ts";
import { type Sql, statement } from "../sql.ts";
import { dropMinerRows } from "./dropMiner.ts";
import { read, write } from "./operation.ts";
import { putSuspension } from "./suspend.ts";

// No hotkey is below the empty text.
const suspensions = statement(
  "suspension_page",
  `SELECT s.*, m.first_seen, m.last_seen, (m.accepted > 0)::int AS delivered
    FROM suspensions s LEFT JOIN miners m USING (hotkey)
    WHERE (s.hotkey, s.kind) > ($1, $2) ORDER BY s.hotkey, s.kind LIMIT $3`,
);
const sightings = statement(
  "top_sightings",
  `SELECT hotkey, first_seen, last_seen, (accepted > 0)::int AS delivered FROM miners
    ORDER BY accepted > 0 DESC, last_seen DESC, hotkey LIMIT $1`,
);
const strikes = statement(
  "newest_strikes",
  `SELECT k.n, s.hotkey, s.block, s.counted FROM unnest($1::text[]) WITH ORDINALITY AS k (hotkey, n)
    CROSS JOIN LATERAL (SELECT * FROM strikes WHERE strikes.hotkey = k.hotkey
      ORDER BY at DESC, after_id DESC, id DESC LIMIT $2) s
    ORDER BY k.n, s.at, s.after_id, s.id`,
);
const logAction = statement(
  "log_action",
  "INSERT INTO operator_actions (action, hotkey, reason, at) VALUES ($1, $2, $3, $4)",
);
const actionPage = statement("operator_actions", "SELECT * FROM operator_actions ORDER BY id DESC LIMIT $1");
const releaseAll = statement("release_all", "DELETE FROM suspensions WHERE hotkey = $1");
const releaseReach = statement(
  "release_reach",
  "DELETE FROM suspensions WHERE hotkey = $1 AND kind = 'unreachable'",
);
const dropEnded = statement(
  "drop_suspensions",
  `WITH gone AS (SELECT hotkey, kind FROM suspensions WHERE until_block <= $1 ORDER BY hotkey, kind FOR UPDATE)
    DELETE FROM suspensions s USING gone WHERE s.hotkey = gone.hotkey AND s.kind = gone.kind`,
);

/** The server found pages, or an index, that are not as it writes them. */
const damaged = new Set(["XX001", "XX002"]);

/** A damaged page is as a damaged record: nothing may be left out. */
async function whole(rows: Promise<readonly Row[]>): Promise<readonly Row[]> {
  try {
    return await rows;
  } catch (error) {
    const isDamage = error instanceof ServerError && damaged.has(error.state ?? "");
    throw isDamage ? new Unreadable(causeText(error)) : error;
  }
}

const withReason = (row: Row): Row => ({ ...row, reason: withNul(text(row, "reason")) });

/** The strikes of each hotkey, by its place among those asked for. */
function byPlace(rows: readonly Row[], hotkeys: number): number[][] {
  const places: Row[][] = Array.from({ length: hotkeys }, () => []);
  for (const row of rows) places[integer(row, "n") - 1]?.push(row);
  return places.map(flatStrikes);
}

export const standingOperations = {
  suspensionPage: read(async (sql: Sql, after: SuspensionKey, limit: number): Promise<SuspensionPage> => {
    const rows = await whole(sql.rows(suspensions, [after.hotkey, after.kind, limit]));
    return rows.map((row) => suspendedOf(withReason(row)));
  }),
  topSightings: read(
    async (sql: Sql, limit: number): Promise<Remembered[]> =>
      (await whole(sql.rows(sightings, [limit]))).map(rememberedOf),
  ),
  newestStrikes: read(
    async (sql: Sql, hotkeys: readonly string[], newest: number): Promise<number[][]> =>
      byPlace(await whole(sql.rows(strikes, [hotkeys, newest])), hotkeys.length),
  ),
  suspend: write(async (sql: Sql, suspension: Suspension): Promise<void> => {
    const { kind, hotkey, reason, at } = suspension;
    const logged =
      kind === "operator" ? sql.run(logAction, ["suspend", hotkey, withoutNul(reason), at]) : null;
    const [isNews] = await Promise.all([putSuspension(sql, suspension), logged]);
    if (isNews) sql.noteStanding(hotkey);
  }),
  /** An operator lifts every kind. Without an operator only `unreachable` is lifted. */
  release: write(async (sql: Sql, hotkey: string, action: OperatorAction | null): Promise<number> => {
    const removed = await sql.run(action === null ? releaseReach : releaseAll, [hotkey]);
    if (removed > 0) sql.noteStanding(hotkey);
    if (action !== null && removed > 0)
      await sql.run(logAction, ["release", hotkey, withoutNul(action.reason), action.at]);
    return removed;
  }),
  /** Drops the hotkeys that judge drops; a suspension stays until it ends or is lifted. */
  dropMiners: write(dropMinerRows),
  dropEndedSuspensions: write(async (sql: Sql, block: number): Promise<void> => {
    await sql.run(dropEnded, [block]);
  }),
  operatorActions: read(
    async (sql: Sql, limit: number): Promise<OperatorAction[]> =>
      (await sql.rows(actionPage, [limit])).map((row) => actionOf(withReason(row))),
  ),
};
