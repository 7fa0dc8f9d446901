import type { Clock } from "../../../../src/core/clock.ts";

/** A clock by which every look at it takes 10 us: who does more of anything is seen to take longer. */
export class LookedAtClock implements Clock {
  readonly #startMs: number;
  #looks = 0;
  #skippedMs = 0;

  /** Starts with an epoch of an hour. */
  constructor(epoch: number) {
    this.#startMs = epoch * 3_600_000;
  }

  nowMs(): number {
    return this.#startMs + Math.floor(this.monotonicMs());
  }

  monotonicMs(): number {
    this.#looks++;
    return this.#looks / 100 + this.#skippedMs;
  }

  get looks(): number {
    return this.#looks;
  }

  /** Moves to the next whole moment at least this many ms later. */
  settle(ms: number): void {
    this.#looks = 0;
    this.#skippedMs += ms;
  }
}
