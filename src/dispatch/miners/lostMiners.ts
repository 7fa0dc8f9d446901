import type { Miner } from "./miner.ts";

/** Miners that lost their link with jobs in flight: the jobs stay theirs until the grace is over. */
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

  /** It is back, or nothing of it is in flight any more. */
  delete(miner: Miner): void {
    this.#since.delete(miner);
  }

  /** A time in which nobody could come back does not count. */
  stall(ms: number): void {
    for (const [miner, since] of this.#since) this.#since.set(miner, since + ms);
  }

  /** Takes out those whose grace is over. */
  due(nowMs: number): Miner[] {
    const due: Miner[] = [];
    for (const [miner, since] of this.#since) if (nowMs - since >= this.#graceMs) due.push(miner);
    for (const miner of due) this.#since.delete(miner);
    return due;
  }
}
