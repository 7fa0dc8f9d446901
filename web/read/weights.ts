import type { Vector } from "./documents.ts";

/** A miner's place in a vector. */
export interface Share {
  /** Of 1. */
  readonly weight: number;
  /** From 1; equal weights have one rank. */
  readonly rank: number;
}

type Rows = Vector["weights"];

const paid = (rows: Rows): Rows => rows.filter(({ hotkey, weight }) => hotkey !== null && weight > 0);

/** The weight and rank of each hotkey that has a weight. */
export function sharesOf(rows: Rows): ReadonlyMap<string, Share> {
  const sorted = paid(rows).toSorted((a, b) => b.weight - a.weight);
  const shares = new Map<string, Share>();
  let rank = 0;
  for (const [i, { hotkey, weight }] of sorted.entries()) {
    if (weight !== sorted[i - 1]?.weight) rank = i + 1;
    if (hotkey !== null) shares.set(hotkey, { weight, rank });
  }
  return shares;
}

/** The median weight of those that have one; null where nobody has. */
export function medianWeight(rows: Rows): number | null {
  const weights = paid(rows)
    .map(({ weight }) => weight)
    .sort((a, b) => a - b);
  const middle = Math.floor(weights.length / 2);
  const upper = weights[middle];
  if (upper === undefined) return null;
  return weights.length % 2 === 1 ? upper : (upper + (weights[middle - 1] ?? upper)) / 2;
}

/** The period of a vector; vectors of earlier versions have it under its former name. */
export const periodOf = ({ period, epoch }: Vector): number => period ?? epoch;
