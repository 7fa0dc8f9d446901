/** What one miner delivered, and the blocks in which it was first and last seen. */
export interface Delivered {
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly accepted: number;
}

/** The middle one of some values; null without any. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
}

/** Whether a miner still works: it delivered, and was seen within the last tempo. */
function isAtWork({ lastSeen, accepted }: Delivered, block: number, tempo: number): boolean {
  return accepted > 0 && lastSeen > block - tempo;
}

/**
 * Answers of a typical miner that are accepted per tempo: the median over those at work; null when none is. One seen for less than a
 * tempo counts as seen for one: the fewer the jobs, the more each pays, so the figure errs against the validator.
 */
export function answersPerTempo(miners: readonly Delivered[], block: number, tempo: number): number | null {
  return median(
    miners
      .filter((miner) => isAtWork(miner, block, tempo))
      .map(({ firstSeen, lastSeen, accepted }) => (accepted * tempo) / Math.max(lastSeen - firstSeen, tempo)),
  );
}
