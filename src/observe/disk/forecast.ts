/** Free bytes of a disk at a time. */
export interface FreeSample {
  readonly atMs: number;
  readonly free: number;
}

/** A shorter past says nothing of days. */
export const SPAN_LEAST_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Days until only `floor` bytes are free, at the pace of the samples, which are in the order of time; `Infinity` while no room
 * is being lost, null while the past is too short. The pace is the median of all pairs of samples: a file that is deleted or
 * copied at once does not change it, nor does a log that grows and shrinks.
 */
export function daysUntilFull(samples: readonly FreeSample[], floor: number): number | null {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (first === undefined || last === undefined || last.atMs - first.atMs < SPAN_LEAST_MS) return null;
  const lostPerMs = -median(slopes(samples));
  if (last.free <= floor) return 0;
  return lostPerMs <= 0 ? Number.POSITIVE_INFINITY : (last.free - floor) / lostPerMs / DAY_MS;
}

function slopes(samples: readonly FreeSample[]): number[] {
  return samples.flatMap((a, i) =>
    samples.slice(i + 1).flatMap((b) => (b.atMs > a.atMs ? [(b.free - a.free) / (b.atMs - a.atMs)] : [])),
  );
}

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
