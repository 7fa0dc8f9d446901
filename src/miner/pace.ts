import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../core/clock.ts";

export interface PaceModules {
  readonly clock: Pick<Clock, "monotonicMs">;
  /** Rejects once the signal aborts. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>;
}

const waitFor = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal });

/** Keeps a miner from filling its machine: it works on one thing at a time, and rests before the next for some times as long as the last one took. */
export class Pace {
  readonly #rests: number;
  readonly #modules: PaceModules;
  /** Monotonic ms. */
  #readyAt = 0;

  /** `rests`: how long it rests, in times of the work before. */
  constructor(rests: number, modules: PaceModules) {
    this.#rests = rests;
    this.#modules = modules;
  }

  /** Rejects as the work does, and once the signal aborts. */
  async work<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, wait = waitFor } = this.#modules;
    const restMs = this.#readyAt - clock.monotonicMs();
    if (restMs > 0) await wait(restMs, signal);
    const began = clock.monotonicMs();
    try {
      return await run();
    } finally {
      const now = clock.monotonicMs();
      this.#readyAt = now + this.#rests * (now - began);
    }
  }
}
