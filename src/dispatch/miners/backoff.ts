/** First and longest delay after a failure, ms. */
const WAIT_MS = [1000, 60_000] as const;

/**
 * How long a miner that fails gets no jobs: with caps alone a miner that fails fast would get jobs without end. Failures of
 * jobs handed out before the delay began count as one; an accepted answer ends it.
 */
export class Backoff {
  #failures = 0;
  #since = Number.NEGATIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /** Monotonic ms at which it may have work again. */
  get until(): number {
    return this.#until;
  }

  /** `sentAt`: when the failed job was handed out, monotonic ms. */
  failed(nowMs: number, sentAt: number): void {
    if (sentAt <= this.#since) return;
    this.#until = nowMs + Math.min(WAIT_MS[1], WAIT_MS[0] * 2 ** Math.min(this.#failures, 16));
    this.#failures++;
    this.#since = nowMs;
  }

  accepted(): void {
    this.#failures = 0;
    this.#until = Number.NEGATIVE_INFINITY;
  }
}
