import type { DatabaseSync } from "node:sqlite";

/** Work is kept in buckets of five minutes: short against a half-life of two hours, and some hundreds of rows per miner and day. */
const BUCKET_MS = 300_000;

/** Work to add to the bucket of a moment. Credit in reference ms. */
export interface BucketAdd {
  readonly lane: string;
  readonly hotkey: string;
  readonly at: number;
  readonly verified: number;
  readonly unverified: number;
  readonly debit: number;
  readonly results: number;
}

export function bucketStart(at: number): number {
  return Math.floor(at / BUCKET_MS) * BUCKET_MS;
}

/** Adds to buckets inside the caller's transaction. Throws RangeError on amounts below 0 or not finite. */
export function bucketWriter(db: DatabaseSync): (add: BucketAdd) => void {
  const upsert = db.prepare(`INSERT INTO work (start, lane, hotkey, verified, unverified, debit, results)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (start, lane, hotkey) DO UPDATE SET verified = verified + excluded.verified,
      unverified = unverified + excluded.unverified, debit = debit + excluded.debit,
      results = results + excluded.results`);
  return ({ lane, hotkey, at, verified, unverified, debit, results }) => {
    for (const amount of [verified, unverified, debit, results]) {
      if (!Number.isFinite(amount) || amount < 0) throw new RangeError(`work of ${amount}`);
    }
    upsert.run(bucketStart(at), lane, hotkey, verified, unverified, debit, results);
  };
}
