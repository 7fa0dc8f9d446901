import type { Miner } from "./miner.ts";

/** Every miner's cap is stepped once in this time, ms. */
const ROUND_MS = 15_000;

/** Spreads the steps of all miners evenly over a round, so that no tick has to step all of them. */
export class Stepper {
  #queue: Miner[] = [];
  #startedAt: number;
  #stepped = 0;

  constructor(nowMs: number) {
    this.#startedAt = nowMs;
  }

  /** Steps the miners that are due; a round has the miners that are known when it begins. */
  step(nowMs: number, all: () => Iterable<Miner>, look: (miner: Miner) => void): void {
    const share = Math.min(1, (nowMs - this.#startedAt) / ROUND_MS);
    const until = Math.floor(share * this.#queue.length);
    for (; this.#stepped < until; this.#stepped++) {
      const miner = this.#queue[this.#stepped];
      if (miner !== undefined) look(miner);
    }
    if (share < 1) return;
    this.#queue = [...all()];
    this.#startedAt = nowMs;
    this.#stepped = 0;
  }
}
