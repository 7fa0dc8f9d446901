import type { StandingState } from "../../../flow/standing.ts";
import { STANDING_OF_MOST, STRIKES_SINCE_MOST, type StrikeMark } from "../../../flow/standingChanges.ts";
import { type Row, text } from "../../records/rows.ts";
import { rememberedOf, strikeMarkOf, struckOf, suspensionOf } from "../../records/standing.ts";
import { withNul } from "../nul.ts";
import { type Sql, statement } from "../sql.ts";
import { read } from "./operation.ts";

/** As many strikes of a hotkey as judge keeps. */
const STRIKES = 64;

const sightings = statement(
  "sightings_of",
  `SELECT hotkey, first_seen, last_seen, (accepted > 0)::int AS delivered FROM miners
    WHERE hotkey = ANY($1::text[]) ORDER BY hotkey`,
);
const suspensions = statement(
  "suspensions_of",
  "SELECT * FROM suspensions WHERE hotkey = ANY($1::text[]) ORDER BY hotkey, kind",
);
const strikes = statement(
  "strikes_of",
  `SELECT s.hotkey, s.block, s.counted FROM unnest($1::text[]) WITH ORDINALITY AS k (hotkey, n)
    CROSS JOIN LATERAL (SELECT * FROM strikes WHERE strikes.hotkey = k.hotkey
      ORDER BY at DESC, after_id DESC, id DESC LIMIT $2) s
    ORDER BY k.n, s.at, s.after_id, s.id`,
);

const since = statement(
  "strikes_since",
  `SELECT strike_id, hotkey, block FROM strikes WHERE hotkey = ANY($1::text[]) AND at >= $2
    ORDER BY hotkey, at, after_id, id LIMIT ${STRIKES_SINCE_MOST}`,
);

const withReason = (row: Row): Row => ({ ...row, reason: withNul(text(row, "reason")) });

/** What judge needs of some hotkeys. */
export const standingOfOperations = {
  strikesSince: read(
    async (sql: Sql, hotkeys: readonly string[], from: number): Promise<StrikeMark[]> =>
      (await sql.rows(since, [hotkeys, from])).map(strikeMarkOf),
  ),
  standingOf: read(
    async (sql: Sql, hotkeys: readonly string[], newest: number = STRIKES): Promise<StandingState> => {
      if (hotkeys.length > STANDING_OF_MOST) throw new RangeError(`standing of ${hotkeys.length} hotkeys`);
      const each = [...new Set(hotkeys)].sort();
      const [seen, suspended, struck] = await Promise.all([
        sql.rows(sightings, [each]),
        sql.rows(suspensions, [each]),
        sql.rows(strikes, [each, newest]),
      ]);
      return {
        sightings: seen.map(rememberedOf),
        suspensions: suspended.map((row) => suspensionOf(withReason(row))),
        strikes: struck.map(struckOf),
      };
    },
  ),
};
