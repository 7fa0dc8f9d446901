/** How a probability of false alarms is divided among series, in the order in which they begin. */
export interface Budget {
  /** The next `count` series share `chance` equally. */
  readonly groups: readonly { readonly count: number; readonly chance: number }[];
  /** Shared by all later series. */
  readonly rest: number;
}

/** For lanes and classes: a configuration has a handful (four lanes of three classes), and each must alarm quickly. */
export const LANE_BUDGET: Budget = { groups: [{ count: 12, chance: 0.0048 }], rest: 0.0011 };

/** For miners: the first three series alarm as quickly as a lane; the next 1,024 (256 miners, four classes) share one level. */
export const MINER_BUDGET: Budget = {
  groups: [
    { count: 3, chance: 0.0012 },
    { count: 1024, chance: 0.0022 },
  ],
  rest: 0.0004,
};

/**
 * The allowed probability of a false alarm of the series with this index (0, 1, ...), over a run of any length. For any number
 * of series these sum to at most the budget, so by the union bound that bounds the probability of any false alarm.
 */
export function levelOf(index: number, { groups, rest }: Budget): number {
  let after = index;
  for (const { count, chance } of groups) {
    if (after < count) return chance / count;
    after -= count;
  }
  return rest / ((after + 1) * (after + 2));
}
