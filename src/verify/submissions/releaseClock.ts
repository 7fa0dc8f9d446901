import type { Clock } from "../../core/clock.ts";

/** How far apart the moments are at which anything ends, ms: many times what a check and the wake-up of a timer differ by. */
const STEP_MS = 10;

/** When a submission's turn came. */
export interface Turn {
  /** Monotonic ms. */
  readonly at: number;
  /** Its place among all turns. */
  readonly number: number;
}

interface Waiting {
  readonly step: number;
  readonly number: number;
  readonly resolve: (reached: boolean) => void;
}

/**
 * The moments at which submissions end, checked or not: on a grid, the first that is a whole step after the turn, and after
 * the check where that takes longer. What ends at the same moment ends in the order of its turns. So how long a short check
 * took, or that there was none, shows nowhere. Bounded by the submissions that wait.
 */
export class ReleaseClock {
  readonly #clock: Clock;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;
  #turns = 0;
  /** The last step at which anything could end. */
  #last = Number.NEGATIVE_INFINITY;
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  turn(): Turn {
    return { at: this.#clock.monotonicMs(), number: this.#turns++ };
  }

  /** True at the moment at which what took so many ms from its turn on ends; false at once when the waits are ended. */
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
    // A timer may fire up to a millisecond early, and then a check that ends in between would miss its moment.
    this.#timer = setTimeout(
      // Results that are here already are taken first: whoever has one does not end later for it.
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
