import type { Reservation } from "../flow/reservation.ts";

/** Verification units held, under a bound. */
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

  /** A cost above the bound fits while nothing else is held: it could never enter otherwise. */
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
        // Without reservations the sum is exactly 0, whatever the fractions added up to.
        this.#held = this.#holders === 0 ? 0 : this.#held - cost;
      },
    };
  }
}
