/** How a chance of false alarms is shared out over series, in the order in which they begin. */
export interface Budget {
  /** The next `count` series have `chance` in equal parts. */
  readonly groups: readonly { readonly count: number; readonly chance: number }[];
  /** What all series after these have together. */
  readonly rest: number;
}

/** Of lanes and classes: a configuration has a handful, four lanes of three classes, and each must be quick. */
export const LANE_BUDGET: Budget = { groups: [{ count: 12, chance: 0.0048 }], rest: 0.0011 };

/** Of miners: one alone is as quick as a lane in each of three classes, and 256 in four classes share one level. */
export const MINER_BUDGET: Budget = {
  groups: [
    { count: 3, chance: 0.0012 },
    { count: 1024, chance: 0.0022 },
  ],
  rest: 0.0004,
};

/**
 * The chance of a false alarm that the series with this index (0, 1, ...) may have over a run of any length. However
 * many begin, the chances sum to no more than the budget, so by the union bound any false alarm at all has at most that.
 */
export function levelOf(index: number, { groups, rest }: Budget): number {
  let after = index;
  for (const { count, chance } of groups) {
    if (after < count) return chance / count;
    after -= count;
  }
  return rest / ((after + 1) * (after + 2));
}
