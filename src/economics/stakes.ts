/** A registered hotkey as its chain lists it. */
export interface Listed {
  readonly uid: number;
  readonly hotkey: string;
  readonly stake?: number;
  readonly permit?: boolean;
  readonly emission?: number;
}

export interface ValidatorStake {
  readonly uid: number;
  readonly hotkey: string;
  readonly stake: number;
  /** Of the stake of all validators, 0..1. */
  readonly share: number;
}

/** Whether the list says who may validate; where it does not, a stake is all that tells. */
export function statesPermits(neurons: readonly Listed[]): boolean {
  return neurons.some(({ permit }) => permit !== undefined);
}

/** The validators with a stake, the largest first: those with a permit, or all where no permit is stated. */
export function validatorStakes(neurons: readonly Listed[]): ValidatorStake[] {
  const permits = statesPermits(neurons);
  const staked = neurons.flatMap(({ uid, hotkey, stake = 0, permit = !permits }) =>
    permit && stake > 0 ? [{ uid, hotkey, stake }] : [],
  );
  const total = staked.reduce((sum, { stake }) => sum + stake, 0);
  return staked
    .map((row) => ({ ...row, share: row.stake / total }))
    .sort((a, b) => b.stake - a.stake || a.uid - b.uid);
}

/** What a tempo paid to each miner that it paid; empty where the chain does not tell. */
export function minersEmissions(neurons: readonly Listed[]): number[] {
  return neurons.flatMap(({ permit = false, emission = 0 }) => (!permit && emission > 0 ? [emission] : []));
}
