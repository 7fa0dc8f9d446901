import type { Clock } from "../../core/clock.ts";

/** Submissions end at multiples of this, ms: many times the jitter of a check and of a timer. */
const STEP_MS = 10;

/** When a submission's turn came. */
export interface Turn {
  /** Monotonic ms. */
  readonly at: number;
  /** Turns are numbered in order. */
  readonly number: number;
}

interface Waiting {
  readonly step: number;
  readonly number: number;
  readonly resolve: (reached: boolean) => void;
}

/**
 * Ends submissions, checked or not, at multiples of the step: at the first one that is a whole step after the turn, and after
 * the check where that takes longer; those due together end in the order of their turns. So nothing shows how long a short
 * check took, or whether there was one. Bounded by the submissions that wait.
 */
export class ReleaseClock {
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #turns = 0;
  /** The last step that was reached. */
  #last = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(): Turn {
    return { at: this.#clock.monotonicMs(), number: this.#turns++ };
  }

  /** Resolves to true when a submission that took `tookMs` from its turn ends; to false at once when the clock is stopped. */
  wait({ at, number }: Turn, tookMs: number): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    const due = Math.ceil((at + Math.max(tookMs, STEP_MS)) / STEP_MS);
    const step = Math.max(due, this.#last + 1);
    return new Promise((resolve) => {
      this.#waiting.push({ step, number, resolve });
      this.#arm();
    });
  }

  end(): void {
    this.#ended = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { resolve } of this.#waiting) resolve(false);
    this.#waiting = [];
  }

  #arm(): void {
    if (this.#timer !== null) return;
    const now = this.#clock.monotonicMs();
    const step = Math.max(Math.floor(now / STEP_MS), this.#last) + 1;
    // A timer may fire up to a millisecond early; a check that ends in between would miss its step.
    this.#timer = setTimeout(
      // Results that have already arrived are taken first, so that they end in this step.
      () => setImmediate(() => this.#reach(step)),
      Math.ceil(step * STEP_MS - now) + 1,
    );
  }

  #reach(step: number): void {
    if (this.#ended) return;
    this.#timer = null;
    this.#last = Math.max(step, Math.floor(this.#clock.monotonicMs() / STEP_MS));
    const due = this.#waiting.filter((one) => one.step <= this.#last);
    this.#waiting = this.#waiting.filter((one) => one.step > this.#last);
    for (const { resolve } of due.sort((a, b) => a.number - b.number)) resolve(true);
    if (this.#waiting.length > 0) this.#arm();
  }
}
