import type { Unit } from "./seededUnit.ts";

/** A validator that samples on its own: its share of the stake, and P(it detects the miner). */
export interface Detector {
  readonly share: number;
  readonly detects: number;
}

export interface CliffLoss {
  /** Expected share of the miner's income that is lost. */
  readonly expected: number;
  /** P(more than half of the stake suspends, and all income with it). */
  readonly cliff: number;
  /** Standard error of `expected`; 0 when it was enumerated. */
  readonly standardError: number;
}

/** Enumeration takes 2^n steps; from here on it would take seconds. */
export const mostEnumerated = 20;

/** Whether this share of the stake is more than one half; sums of decimals that come to one half must not be. */
function isMajority(share: number): boolean {
  return share > 0.5 + 1e-12;
}

/**
 * The income share that a suspension by this share of the stake costs. A miner's weight is clipped to the stake-weighted median:
 * up to one half the others pay on, above one half nobody does.
 */
export function lossOfStake(share: number): number {
  return isMajority(share) ? 1 : share;
}

/** P(at least one detects); they must sample independently of each other. */
export function anyDetects(detectors: readonly Detector[]): number {
  return 1 - detectors.reduce((none, { detects }) => none * (1 - detects), 1);
}

/** Expected share of the income lost if each suspension cost its validator's share of the stake, and no more. */
export function linearLoss(detectors: readonly Detector[]): number {
  return detectors.reduce((sum, { share, detects }) => sum + share * detects, 0);
}

/** Expected loss with the cliff, over all subsets of up to `mostEnumerated` validators. */
export function enumeratedLoss(detectors: readonly Detector[]): CliffLoss {
  if (detectors.length > mostEnumerated) throw new RangeError(`more than ${mostEnumerated} validators`);
  let [expected, cliff] = [0, 0];
  const branch = (at: number, probability: number, stake: number): void => {
    if (probability === 0) return;
    const detector = detectors[at];
    if (detector === undefined) {
      expected += probability * lossOfStake(stake);
      if (isMajority(stake)) cliff += probability;
      return;
    }
    branch(at + 1, probability * (1 - detector.detects), stake);
    branch(at + 1, probability * detector.detects, stake + detector.share);
  };
  branch(0, 1, 0);
  return { expected, cliff, standardError: 0 };
}

/** Expected loss with the cliff, from `rounds` random outcomes: for any number of validators. */
export function sampledLoss(detectors: readonly Detector[], rounds: number, unit: Unit): CliffLoss {
  let [sum, squares, cliffs] = [0, 0, 0];
  for (let round = 0; round < rounds; round++) {
    let stake = 0;
    for (const { share, detects } of detectors) if (unit() < detects) stake += share;
    const loss = lossOfStake(stake);
    if (isMajority(stake)) cliffs += 1;
    sum += loss;
    squares += loss * loss;
  }
  const expected = sum / rounds;
  const variance = Math.max(0, squares / rounds - expected * expected);
  return { expected, cliff: cliffs / rounds, standardError: Math.sqrt(variance / rounds) };
}
