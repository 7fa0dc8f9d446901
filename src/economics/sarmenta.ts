/** Spot checks with blacklisting (Sarmenta 2002). */
export interface SpotChecks {
  /** Share of the jobs that is checked, 0..1. */
  readonly rate: number;
  /** Jobs a worker does in a batch. */
  readonly jobs: number;
  /** Share of the workers that sabotages, 0..1. */
  readonly saboteurs: number;
}

/**
 * Share of wrong results among those that stay: a saboteur spoils each job with probability `sabotage`. Checks are jobs of their
 * own, whose answer is known.
 */
export function errorRate({ rate, jobs, saboteurs }: SpotChecks, sabotage: number): number {
  const left = saboteurs * (1 - rate * sabotage) ** jobs;
  return left === 0 ? 0 : (sabotage * left) / (1 - saboteurs + left);
}

/** The sabotage that spoils most, and what it spoils. */
export function worstErrorRate(checks: SpotChecks): { readonly sabotage: number; readonly error: number } {
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [0, 1];
  // The error rises to one maximum and falls after it: golden section, to the last digits.
  for (let i = 0; i < 100; i++) {
    const [left, right] = [high - golden * (high - low), low + golden * (high - low)];
    if (errorRate(checks, left) < errorRate(checks, right)) low = left;
    else high = right;
  }
  const sabotage = (low + high) / 2;
  return { sabotage, error: errorRate(checks, sabotage) };
}

/** No sabotage spoils more than this. */
export function errorBound({ rate, jobs, saboteurs }: SpotChecks): number {
  return saboteurs / ((1 - saboteurs) * rate * jobs * Math.E);
}
