import type { DatabaseSync } from "node:sqlite";
import type { MinerCounts } from "../../../flow/standing.ts";

export interface Tally {
  /** Records the miner as seen at the block and adds to its counts. */
  sight(hotkey: string, block: number, counts: MinerCounts): void;
  /** Adds to the counts of a miner on record; ignores others. */
  count(hotkey: string, counts: MinerCounts): void;
}

export const noCounts: MinerCounts = { submitted: 0, accepted: 0, rejected: 0, void: 0 };

export function tallier(db: DatabaseSync): Tally {
  const upsert =
    db.prepare(`INSERT INTO miners (hotkey, first_seen, last_seen, submitted, accepted, rejected, void)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (hotkey) DO UPDATE SET last_seen = max(last_seen, excluded.last_seen),
      submitted = submitted + excluded.submitted, accepted = accepted + excluded.accepted,
      rejected = rejected + excluded.rejected, void = void + excluded.void`);
  const update = db.prepare(`UPDATE miners SET submitted = submitted + ?, accepted = accepted + ?,
      rejected = rejected + ?, void = void + ? WHERE hotkey = ?`);
  return {
    sight: (hotkey, block, { submitted, accepted, rejected, void: voided }) => {
      upsert.run(hotkey, block, block, submitted, accepted, rejected, voided);
    },
    count: (hotkey, { submitted, accepted, rejected, void: voided }) => {
      update.run(submitted, accepted, rejected, voided, hotkey);
    },
  };
}
