import type { Miner } from "./miner.ts";

/** Miners that lost their link with jobs in flight: they keep the jobs until the grace period is over. */
export class LostMiners {
  readonly #graceMs: number;
  /** Monotonic ms of the loss. */
  readonly #since = new Map<Miner, number>();

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  add(miner: Miner, nowMs: number): void {
    this.#since.set(miner, nowMs);
  }

  /** The miner is back, or has no jobs in flight any more. */
  delete(miner: Miner): void {
    this.#since.delete(miner);
  }

  /** Time in which nobody could come back does not count. */
  stall(ms: number): void {
    for (const [miner, since] of this.#since) this.#since.set(miner, since + ms);
  }

  /** Removes and returns those whose grace period is over. */
  due(nowMs: number): Miner[] {
    const due: Miner[] = [];
    for (const [miner, since] of this.#since) if (nowMs - since >= this.#graceMs) due.push(miner);
    for (const miner of due) this.#since.delete(miner);
    return due;
  }
}
