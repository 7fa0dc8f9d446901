/** First and longest wait after a failure, ms. */
const WAIT_MS = [1000, 60_000] as const;

/**
 * How long a miner that fails is left alone: concurrency alone would feed one that fails fast without end. Failures of what
 * was handed out before the wait began count as one; an accepted answer forgives.
 */
export class Backoff {
  #failures = 0;
  #since = Number.NEGATIVE_INFINITY;
  #until = Number.NEGATIVE_INFINITY;

  /** Monotonic ms at which it may have work again. */
  get until(): number {
    return this.#until;
  }

  /** `sentAt`: when what failed was handed out, monotonic ms. */
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
