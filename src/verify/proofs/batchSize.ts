/** Size of the first batch: a wrong answer in it costs two bisections, and a clean batch is half the work of four checks. */
export const FIRST_SIZE = 4;

/** The result of a batch. */
export interface BatchOutcome {
  readonly count: number;
  readonly invalid: number;
}

/**
 * Size of the next batch: half after an invalid answer, since a larger batch costs more to bisect; twice after a clean batch
 * that was full, since a smaller batch says nothing about larger ones. Never below 1, nor above `most`.
 */
export function nextSize(size: number, { count, invalid }: BatchOutcome, most: number): number {
  if (invalid > 0) return Math.max(1, Math.floor(size / 2));
  return count >= size ? Math.min(most, size * 2) : size;
}
