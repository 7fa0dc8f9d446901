/** One-shot inspection game: above this rate a cheat that is worth nothing when caught loses. */
export function inspectionRate(gain: number, loss: number): number {
  return gain / (gain + loss);
}

/** The same game: how often the miner cheats when neither side can do better, 0..1. */
export function cheatRate(costOfCheck: number, benefitOfCatch: number): number {
  return Math.min(1, costOfCheck / benefitOfCatch);
}

/**
 * The rate above which honesty is the strict best response when a share of the checkers colludes with the miner: it computes for
 * `costOfWork`, is paid `reward`, and loses the reward and `slash` when an honest checker finds it out.
 */
export function collusionRate(of: {
  readonly colluding: number;
  readonly reward: number;
  readonly slash: number;
  readonly costOfWork: number;
}): number {
  return of.costOfWork / ((1 - of.colluding) * (of.reward + of.slash));
}
