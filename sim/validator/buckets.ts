import type { WorkBucket } from "../../src/flow/job.ts";

/** The length of the store's buckets. */
const BUCKET_MS = 300_000;

interface Amounts {
  verified: number;
  unverified: number;
  debit: number;
  results: number;
}

interface Bucket extends Amounts {
  readonly lane: string;
  readonly hotkey: string;
  readonly start: number;
}

/** Delivered work by time, lane and hotkey; buckets older than any query needs are dropped. */
export class WorkBuckets {
  /** By start, then by lane and hotkey. */
  readonly #starts = new Map<number, Map<string, Bucket>>();

  add(given: Amounts & { readonly lane: string; readonly hotkey: string; readonly at: number }): void {
    const start = Math.floor(given.at / BUCKET_MS) * BUCKET_MS;
    let buckets = this.#starts.get(start);
    if (buckets === undefined) {
      buckets = new Map();
      this.#starts.set(start, buckets);
    }
    const { lane, hotkey, verified, unverified, debit, results } = given;
    const key = `${lane} ${hotkey}`;
    const bucket = buckets.get(key);
    if (bucket === undefined) {
      buckets.set(key, { lane, hotkey, start, verified, unverified, debit, results });
      return;
    }
    bucket.verified += verified;
    bucket.unverified += unverified;
    bucket.debit += debit;
    bucket.results += results;
  }

  /** A strike forfeits unverified credit. */
  forfeit(hotkey: string): void {
    for (const buckets of this.#starts.values())
      for (const bucket of buckets.values()) if (bucket.hotkey === hotkey) bucket.unverified = 0;
  }

  /** The buckets that began at or after the moment; drops earlier ones, which the caller never needs again. */
  since(ms: number): WorkBucket[] {
    for (const start of this.#starts.keys()) if (start < ms) this.#starts.delete(start);
    return [...this.#starts.values()].flatMap((buckets) =>
      [...buckets.values()].map(({ verified, unverified, debit, ...bucket }) => ({
        ...bucket,
        credit: verified + unverified,
        debit,
      })),
    );
  }
}
