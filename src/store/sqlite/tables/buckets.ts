import type { DatabaseSync } from "node:sqlite";
import { type BucketAdd, bucketStart, checkAmounts } from "../../records/work.ts";

/** Adds to buckets inside the caller's transaction. Throws RangeError on amounts below 0 or not finite. */
export function bucketWriter(db: DatabaseSync): (add: BucketAdd) => void {
  const upsert = db.prepare(`INSERT INTO work (start, lane, hotkey, verified, unverified, debit, results)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (start, lane, hotkey) DO UPDATE SET verified = verified + excluded.verified,
      unverified = unverified + excluded.unverified, debit = debit + excluded.debit,
      results = results + excluded.results`);
  return (add) => {
    checkAmounts(add);
    const { lane, hotkey, at, verified, unverified, debit, results } = add;
    upsert.run(bucketStart(at), lane, hotkey, verified, unverified, debit, results);
  };
}
