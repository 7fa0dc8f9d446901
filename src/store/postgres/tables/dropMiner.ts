import { type Sql, statement } from "../sql.ts";

// Miners are locked in the order of their hotkeys, as wherever several are.
const miners = statement(
  "drop_miners",
  `WITH gone AS (SELECT hotkey FROM miners WHERE hotkey = ANY($1::text[]) ORDER BY hotkey FOR UPDATE)
    DELETE FROM miners USING gone WHERE miners.hotkey = gone.hotkey`,
);
const exhibits = statement(
  "drop_exhibits",
  `DELETE FROM exhibits USING strikes WHERE strikes.id = exhibits.strike AND strikes.hotkey = ANY($1::text[])`,
);
const strikes = statement("drop_strikes", "DELETE FROM strikes WHERE hotkey = ANY($1::text[])");

const reasons = statement("drop_reasons", "DELETE FROM miner_reasons WHERE hotkey = ANY($1::text[])");

/** Drops what is known of hotkeys: their sightings, the reasons why they earned nothing, their strikes and the exhibits of these. */
export async function dropMinerRows(sql: Sql, hotkeys: readonly string[]): Promise<void> {
  if (hotkeys.length === 0) return;
  await Promise.all([miners, reasons, exhibits, strikes].map((drop) => sql.run(drop, [hotkeys])));
}
