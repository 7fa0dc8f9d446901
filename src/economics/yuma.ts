/** Stake that has to agree on a weight for it to count. */
const KAPPA = 0.5;

/** The most that validators with at least kappa of the stake give the miner. */
function consensus(stakes: readonly number[], given: readonly number[]): number {
  const order = given.map((weight, i) => ({ weight, stake: stakes[i] ?? 0 }));
  order.sort((a, b) => b.weight - a.weight);
  let agreed = 0;
  for (const { weight, stake } of order) {
    agreed += stake;
    // Sums of shares that come to one half must reach it.
    if (agreed >= KAPPA - 1e-12) return weight;
  }
  return 0;
}

/**
 * What each miner gets of the emission: every validator's weights are clipped to the stake-weighted median, summed by stake, and
 * scaled to a sum of 1 (all 0 when every weight is). `stakes`: shares that sum to 1, one per validator. `weights`: by validator, then by
 * miner, each row with a sum of 1. Source: the epoch of the subtensor pallet, without bonds.
 */
export function incentives(stakes: readonly number[], weights: readonly (readonly number[])[]): number[] {
  const miners = weights[0]?.length ?? 0;
  const ranks = Array.from({ length: miners }, (_, j) => {
    const given = weights.map((row) => row[j] ?? 0);
    const most = consensus(stakes, given);
    return given.reduce((rank, weight, i) => rank + (stakes[i] ?? 0) * Math.min(weight, most), 0);
  });
  const sum = ranks.reduce((total, rank) => total + rank, 0);
  return sum > 0 ? ranks.map((rank) => rank / sum) : ranks;
}
