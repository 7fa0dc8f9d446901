/** Size of the first batch: a wrong answer in it costs two bisections, and a clean one is half the work of four checks. */
export const FIRST_SIZE = 4;

/** What came of a batch. */
export interface BatchOutcome {
  readonly count: number;
  readonly invalid: number;
}

/**
 * Size of the next batch: half after an invalid answer, since every bisection costs more the larger the batch; twice after
 * a clean one that was full, since a smaller one says nothing about more. Never below 1, nor above `most`.
 */
export function nextSize(size: number, { count, invalid }: BatchOutcome, most: number): number {
  if (invalid > 0) return Math.max(1, Math.floor(size / 2));
  return count >= size ? Math.min(most, size * 2) : size;
}
