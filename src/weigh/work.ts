import type { WorkBucket } from "../flow/job.ts";
import type { Credit } from "../flow/weights.ts";

/** How delivered work of push lanes counts. */
export interface PushRules {
  /** Half-life of work and of failures. */
  readonly halfLifeMs: number;
  /** With fewer results within the window a miner's work does not count. */
  readonly minResults: number;
  /** Above 1, one miner earns more than two that divide its work. */
  readonly exponent: number;
}

/** The present value of a bucket, in reference ms. A bucket in the future (clocks step back) counts as of now. */
function presentWorth({ start, credit, debit }: WorkBucket, nowMs: number, halfLifeMs: number): number {
  return (credit - debit) * 0.5 ** (Math.max(0, nowMs - start) / halfLifeMs);
}

/** Delivered work of one miner in one lane. */
function deliveredBy(buckets: readonly WorkBucket[], nowMs: number, rules: PushRules): number {
  const results = buckets.reduce((sum, bucket) => sum + bucket.results, 0);
  if (results < rules.minResults) return 0;
  const worth = buckets.reduce((sum, bucket) => sum + presentWorth(bucket, nowMs, rules.halfLifeMs), 0);
  return Math.max(0, worth) ** rules.exponent;
}

/** Buckets by lane, then by hotkey. */
function grouped(buckets: readonly WorkBucket[]): Map<string, Map<string, WorkBucket[]>> {
  const lanes = new Map<string, Map<string, WorkBucket[]>>();
  for (const bucket of buckets) {
    const miners = lanes.get(bucket.lane) ?? new Map<string, WorkBucket[]>();
    const own = miners.get(bucket.hotkey) ?? [];
    own.push(bucket);
    lanes.set(bucket.lane, miners.set(bucket.hotkey, own));
  }
  return lanes;
}

/** Delivered work as credit, ordered by lane and hotkey, without empty ones. */
export function deliveredWork(buckets: readonly WorkBucket[], nowMs: number, rules: PushRules): Credit[] {
  return inOrder(grouped(buckets)).flatMap(([lane, miners]) =>
    inOrder(miners).flatMap(([hotkey, own]) => {
      // A fixed order makes the float sum, and so the signed vector, reproducible.
      own.sort((a, b) => a.start - b.start);
      const weight = deliveredBy(own, nowMs, rules);
      return weight > 0 ? [{ lane, hotkey, weight }] : [];
    }),
  );
}

function inOrder<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}
