/** Changes that are bet on: each multiplies the odds of being sampled. The stakes sum to 1. */
const CHANGES: readonly { readonly odds: number; readonly stake: number }[] = [
  { odds: 1 / 14, stake: 0.62 },
  { odds: 1 / 4, stake: 0.1 },
  { odds: 0.6, stake: 0.05 },
  { odds: 0.85, stake: 0.06 },
  { odds: 1.2, stake: 0.06 },
  { odds: 1.6, stake: 0.05 },
  { odds: 3, stake: 0.06 },
];

const ODDS = Float64Array.from(CHANGES, ({ odds }) => odds);
const STAKES = Float64Array.from(CHANGES, ({ stake }) => stake);

/** The value stops growing here, so that no product overflows; far above what refutes any design. */
const ENOUGH = 1e200;

/** A design rate, with the likelihood ratios of each change against it. */
export interface Design {
  readonly rate: number;
  readonly sampled: Float64Array;
  readonly unsampled: Float64Array;
}

/** The evidence against one design rate, of constant size. */
export interface EValue {
  draws: number;
  sampled: number;
  /** The e-value: under the design rate the probability that it ever reaches `v` is at most `1 / v`. */
  value: number;
  /** The stake on a change that begins at the current draw, and the draw at which that stake falls next. */
  stake: number;
  nextStakeAt: number;
  /** The current value of each change's stakes. */
  readonly parts: number[];
}

/** The design of a rate in 0..1. Throws RangeError on other values. */
export function designOf(rate: number): Design {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`sample rate ${rate} is not in 0..1`);
  // A rate of 0 or 1 is refuted at once by an outcome that it rules out.
  return {
    rate,
    sampled: ODDS.map((odds) => (rate === 0 ? Number.POSITIVE_INFINITY : odds / (1 - rate + rate * odds))),
    unsampled: ODDS.map((odds) => (rate === 1 ? Number.POSITIVE_INFINITY : 1 / (1 - rate + rate * odds))),
  };
}

export function initialEValue(): EValue {
  return { draws: 0, sampled: 0, value: 0, stake: 1 / 2, nextStakeAt: 1, parts: CHANGES.map(() => 0) };
}

/**
 * Adds one outcome. The value is a sum of likelihood ratios against the design, one for each kind of change and each
 * draw at which it may have begun, weighted by stakes that sum to 1: half on a change before the first draw, the rest
 * falling as 1 / (n ln^2 n) with the draw n. With the stakes not yet played it is a martingale of mean 1 under the
 * design, so by Ville's inequality the probability that it ever reaches `1 / a` is at most `a`, over a run of any length.
 * A later change starts from its own stake, so a long good past cannot hide it.
 */
export function observe(evidence: EValue, design: Design, sampled: boolean): void {
  if (evidence.draws === evidence.nextStakeAt) fallStake(evidence);
  evidence.draws++;
  if (sampled) evidence.sampled++;
  if (evidence.value >= ENOUGH) return;
  const { parts, stake } = evidence;
  const ratios = sampled ? design.sampled : design.unsampled;
  let value = 0;
  for (let i = 0; i < STAKES.length; i++) {
    const part = ((parts[i] ?? 0) + stake * (STAKES[i] ?? 0)) * (ratios[i] ?? 1);
    parts[i] = part;
    value += part;
  }
  evidence.value = value;
}

/** The draws `2^b .. 2^(b+1) - 1` share `1/2 * 1 / ((b+1)(b+2))`, which sums over b to exactly a half. */
function fallStake(evidence: EValue): void {
  const first = evidence.draws;
  const b = Math.log2(first);
  evidence.stake = 1 / (2 * (b + 1) * (b + 2) * first);
  evidence.nextStakeAt = 2 * first;
}
