import type { Random } from "../core/random.ts";

const FIRST_S = 1;
const LONGEST_S = 30;

/** How long a miner waits: as told, else doubling from 1 s to 30 s; multiplied by 0.5 to 1.5, so that miners spread out. */
export class ReconnectDelay {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /** Milliseconds to wait after a refusal or failure. */
  nextMs(retryAfterS: number | null): number {
    const own = Math.min(LONGEST_S, FIRST_S * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    const jitter = 0.5 + this.#random.unit();
    const told = retryAfterS === null ? own : Math.min(retryAfterS, 3600);
    return Math.ceil(told * jitter * 1000);
  }
}
