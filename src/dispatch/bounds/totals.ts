/** First and longest pause after the store or the sampler refused, ms. */
const PAUSE_MS = [1000, 30_000] as const;

/** Totals over all jobs in flight, and the pause after a refusal. */
export class Totals {
  inFlight = 0;
  /** Bytes of jobs in flight and of answers waiting for verification. */
  bytes = 0;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #refusals = 0;

  refused(nowMs: number): void {
    this.#pausedUntil = nowMs + Math.min(PAUSE_MS[1], PAUSE_MS[0] * 2 ** Math.min(this.#refusals++, 16));
  }

  recorded(): void {
    this.#refusals = 0;
  }

  isPaused(nowMs: number): boolean {
    return nowMs < this.#pausedUntil;
  }
}
