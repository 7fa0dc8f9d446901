import type { WorkBucket } from "../flow/job.ts";
import type { Credit } from "../flow/weights.ts";

/** How delivered work of push lanes counts. */
export interface PushRules {
  /** Work, and failure, counts half after so long. */
  readonly halfLifeMs: number;
  /** Results within the window below which a miner's work counts nothing. */
  readonly minResults: number;
  /** Above 1: one miner earns more than two that share its work. */
  readonly exponent: number;
}

/** What a bucket is worth now, in reference ms. One from the future, for clocks step back, is as if from now. */
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

/** Delivered work as credit, by lane and hotkey in order, without those that have none. */
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
