import type { Reservation } from "../flow/reservation.ts";

/** Verification units held, against a bound. */
export class Units {
  readonly bound: number;
  #held = 0;
  #holders = 0;

  constructor(bound: number) {
    if (!(bound > 0)) throw new RangeError(`verification units: bound ${bound}`);
    this.bound = bound;
  }

  get held(): number {
    return this.#held;
  }

  /** Alone, a cost above the bound fits too: it could never enter otherwise. */
  fits(cost: number): boolean {
    return this.#holders === 0 || this.#held + cost <= this.bound;
  }

  /** Null when there is no room. */
  reserve(cost: number): Reservation | null {
    if (!this.fits(cost)) return null;
    this.#held += cost;
    this.#holders++;
    let held = true;
    return {
      release: () => {
        if (!held) return;
        held = false;
        this.#holders--;
        // Nothing held is exactly nothing, whatever the fractions summed up to.
        this.#held = this.#holders === 0 ? 0 : this.#held - cost;
      },
    };
  }
}
