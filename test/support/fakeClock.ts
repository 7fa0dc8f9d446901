import type { Clock } from "../../src/core/clock.ts";

/** A clock that stands until it is moved; it can step back, its monotonic side cannot. */
export class FakeClock implements Clock {
  now: number;
  #monotonic = 0;

  constructor(now: number) {
    this.now = now;
  }

  nowMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.#monotonic;
  }

  /** Moves both clocks by `ms`; backwards only the wall clock. */
  advance(ms: number): void {
    this.now += ms;
    if (ms > 0) this.#monotonic += ms;
  }
}
