import type { DatabaseSync } from "node:sqlite";
import type { StoredMiner } from "../../../flow/store.ts";
import type { LedgerStrike, StoredStrike } from "../../../flow/strike.ts";
import { minerOf } from "../../records/miner.ts";
import { integer, type Row } from "../../records/rows.ts";
import { ledgerStrikeOf, STRIKES_SERVED, strikeOf, strikesTextOf } from "../../records/strike.ts";
import { ExhibitRows } from "./exhibits.ts";
import { read } from "./operation.ts";

export function minerOperations(db: DatabaseSync) {
  const exhibits = new ExhibitRows(db);
  const one = db.prepare("SELECT * FROM miners WHERE hotkey = ?");
  // No hotkey is below the empty text.
  const page = db.prepare("SELECT * FROM miners WHERE hotkey > ? ORDER BY hotkey LIMIT ?");
  const strikes = db.prepare(
    `SELECT * FROM strikes WHERE hotkey = ? ORDER BY at DESC, after_id DESC, id DESC LIMIT ${STRIKES_SERVED}`,
  );
  const ledger = db.prepare("SELECT * FROM strikes WHERE id < ? ORDER BY id DESC LIMIT ?");
  const complete = (row: Row): StoredStrike => {
    const strike = strikeOf(row);
    return { ...strike, evidence: exhibits.complete(integer(row, "id"), strike.evidence) };
  };
  return {
    miner: read((hotkey: string): StoredMiner | null => {
      const row = one.get(hotkey);
      return row === undefined ? null : minerOf(row);
    }),
    miners: read((after: string | null, limit: number): StoredMiner[] =>
      page.all(after ?? "", limit).map(minerOf),
    ),
    strikes: read((hotkey: string): StoredStrike[] => strikes.all(hotkey).reverse().map(complete)),
    strikesText: read((hotkey: string): string =>
      strikesTextOf(hotkey, strikes.all(hotkey).reverse().map(complete)),
    ),
    strikeLedger: read((before: number | null, limit: number): LedgerStrike[] =>
      ledger.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(ledgerStrikeOf),
    ),
  };
}
