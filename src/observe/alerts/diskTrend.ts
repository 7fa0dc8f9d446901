/** Free bytes at a time, Unix or monotonic ms. */
export interface FreeAt {
  readonly at: number;
  readonly free: number;
}

/** A shorter time says little: a checkpoint of the store or a log being rotated looks like a trend. */
const LEAST_MS = 30 * 60_000;

/**
 * In how many ms the free bytes fall to the reserve, by the least-squares line through the samples; null where they do not fall, or
 * the samples span too little time to tell.
 */
export function fullIn(samples: readonly FreeAt[], reserve: number, leastMs = LEAST_MS): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < leastMs) return null;
  const mean = (of: (sample: FreeAt) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [at, free] = [mean((sample) => sample.at - first.at), mean((sample) => sample.free)];
  let [both, square] = [0, 0];
  for (const sample of samples) {
    const distance = sample.at - first.at - at;
    both += distance * (sample.free - free);
    square += distance * distance;
  }
  const perMs = both / square;
  return perMs < 0 ? Math.max(0, (last.free - reserve) / -perMs) : null;
}

/** Keeps one sample per time, and as many as the window has. */
export class DiskTrend {
  readonly #everyMs: number;
  readonly #most: number;
  readonly #samples: FreeAt[] = [];

  constructor(everyMs = 600_000, most = 144) {
    this.#everyMs = everyMs;
    this.#most = most;
  }

  /** The present sample always counts; it is kept when the last one that was is old enough. */
  fullIn(sample: FreeAt, reserve: number): number | null {
    const left = fullIn([...this.#samples, sample], reserve);
    const last = this.#samples.at(-1);
    if (last !== undefined && sample.at - last.at < this.#everyMs) return left;
    this.#samples.push(sample);
    if (this.#samples.length > this.#most) this.#samples.shift();
    return left;
  }
}
