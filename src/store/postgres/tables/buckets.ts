import { type BucketAdd, bucketStart, checkAmounts } from "../../records/work.ts";
import { type Sql, statement } from "../sql.ts";

// In the order of the arrays: transactions that lock several buckets lock them in one order.
const upsert = statement(
  "bucket_add",
  `INSERT INTO work AS w (start, lane, hotkey, verified, unverified, debit, results)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::float8[], $5::float8[], $6::float8[], $7::bigint[])
    ON CONFLICT (start, lane, hotkey) DO UPDATE SET verified = w.verified + excluded.verified,
      unverified = w.unverified + excluded.unverified, debit = w.debit + excluded.debit,
      results = w.results + excluded.results`,
);

/** Throws RangeError on amounts below 0 or not finite, and on a moment or a number of results that is none. */
export function checkBucket(add: BucketAdd): void {
  checkAmounts(add);
  if (!Number.isSafeInteger(bucketStart(add.at))) throw new RangeError(`work at ${add.at}`);
  if (!Number.isSafeInteger(add.results)) throw new RangeError(`work of ${add.results} results`);
}

/** Adds to buckets. Throws RangeError as `checkBucket` does, with nothing added. */
export async function addToBuckets(sql: Sql, adds: readonly BucketAdd[]): Promise<void> {
  if (adds.length === 0) return;
  adds.forEach(checkBucket);
  const buckets = new Map<string, BucketAdd>();
  for (const add of adds) {
    const key = JSON.stringify([bucketStart(add.at), add.lane, add.hotkey]);
    const known = buckets.get(key);
    buckets.set(key, known === undefined ? add : plus(known, add));
  }
  const sorted = [...buckets.values()].sort(byKey);
  const column = <T>(of: (add: BucketAdd) => T): T[] => sorted.map(of);
  await sql.run(upsert, [
    column(({ at }) => bucketStart(at)),
    column(({ lane }) => lane),
    column(({ hotkey }) => hotkey),
    column(({ verified }) => verified),
    column(({ unverified }) => unverified),
    column(({ debit }) => debit),
    column(({ results }) => results),
  ]);
}

function plus(a: BucketAdd, b: BucketAdd): BucketAdd {
  return {
    ...a,
    verified: a.verified + b.verified,
    unverified: a.unverified + b.unverified,
    debit: a.debit + b.debit,
    results: a.results + b.results,
  };
}

function byKey(a: BucketAdd, b: BucketAdd): number {
  const starts = bucketStart(a.at) - bucketStart(b.at);
  return starts || byText(a.lane, b.lane) || byText(a.hotkey, b.hotkey);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
