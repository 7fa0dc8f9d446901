import type { Labels } from "./heldGroup.ts";
import type { Gauge } from "./metrics.ts";

/** One series of a gauge that shows, step by step, the least that it was in between. */
export class HeldGauge {
  readonly #shown: Gauge;
  readonly #labels: Labels;
  #now = 0;
  #least = 0;
  #last = 0;

  constructor(shown: Gauge, labels: Labels) {
    this.#shown = shown;
    this.#labels = labels;
  }

  /** Whether it shows what it is, and need not step on. */
  get isSettled(): boolean {
    return this.#now === this.#last && this.#least === this.#last;
  }

  /** Shown at the next step. */
  hold(value: number): void {
    this.#now = value;
    this.#least = Math.min(this.#least, value);
  }

  /** Shown at once. */
  set(value: number): void {
    this.#now = value;
    this.#least = value;
    this.#show(value);
  }

  step(): void {
    this.#show(this.#least);
    this.#least = this.#now;
  }

  #show(value: number): void {
    this.#last = value;
    this.#shown.set(value, this.#labels);
  }
}
