import type { StoredMiner } from "../../../flow/store.ts";
import type { LedgerStrike, StoredStrike } from "../../../flow/strike.ts";
import { completeEvidence } from "../../records/exhibit.ts";
import { minerOf } from "../../records/miner.ts";
import type { Row } from "../../records/rows.ts";
import { ledgerStrikeOf, STRIKES_SERVED, strikeOf, strikesTextOf } from "../../records/strike.ts";
import { first, type Sql, statement } from "../sql.ts";
import { read, staleRead } from "./operation.ts";

const one = statement("miner", "SELECT * FROM miners WHERE hotkey = $1");
// No hotkey is below the empty text.
const page = statement("miners", "SELECT * FROM miners WHERE hotkey > $1 ORDER BY hotkey LIMIT $2");
const newest = statement(
  "strikes",
  `SELECT s.*, e.body FROM strikes s LEFT JOIN exhibits e ON e.strike = s.id WHERE s.hotkey = $1
    ORDER BY s.at DESC, s.after_id DESC, s.id DESC LIMIT ${STRIKES_SERVED}`,
);

const ledger = statement(
  "strike_ledger",
  "SELECT * FROM strikes WHERE $1::bigint IS NULL OR id < $1 ORDER BY id DESC LIMIT $2",
);

function complete(row: Row): StoredStrike {
  const strike = strikeOf(row);
  return { ...strike, evidence: completeEvidence(strike.evidence, row.body === null ? undefined : row) };
}

const strikesOf = async (sql: Sql, hotkey: string): Promise<StoredStrike[]> =>
  (await sql.rows(newest, [hotkey])).toReversed().map(complete);

export const minerOperations = {
  miner: staleRead(
    async (sql: Sql, hotkey: string): Promise<StoredMiner | null> => {
      const row = await first(sql, one, [hotkey]);
      return row === undefined ? null : minerOf(row);
    },
    (miner) => miner !== null,
  ),
  miners: staleRead(
    async (sql: Sql, after: string | null, limit: number): Promise<StoredMiner[]> =>
      (await sql.rows(page, [after ?? "", limit])).map(minerOf),
  ),
  strikes: read(strikesOf),
  strikesText: staleRead(
    async (sql: Sql, hotkey: string): Promise<string> => strikesTextOf(hotkey, await strikesOf(sql, hotkey)),
  ),
  strikeLedger: staleRead(
    async (sql: Sql, before: number | null, limit: number): Promise<LedgerStrike[]> =>
      (await sql.rows(ledger, [before, limit])).map(ledgerStrikeOf),
  ),
};
