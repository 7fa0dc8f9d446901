import type { WorkBucket } from "../../flow/job.ts";
import { integer, type Row, real, text } from "./rows.ts";

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

/** Throws RangeError on amounts below 0 or not finite. */
export function checkAmounts({ verified, unverified, debit, results }: BucketAdd): void {
  for (const amount of [verified, unverified, debit, results]) {
    if (!Number.isFinite(amount) || amount < 0) throw new RangeError(`work of ${amount}`);
  }
}

export function bucketOf(row: Row): WorkBucket {
  return {
    lane: text(row, "lane"),
    hotkey: text(row, "hotkey"),
    start: integer(row, "start"),
    credit: real(row, "verified") + real(row, "unverified"),
    debit: real(row, "debit"),
    results: integer(row, "results"),
  };
}
