import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";

export interface DrainModules {
  readonly clock: Clock;
  readonly log: Log;
}

export interface DrainOrder {
  readonly reason: string;
  /** Unix ms. */
  readonly since: number;
}

/**
 * The operator's order to this process to take no new work. It is kept in memory only: the process that comes after takes work
 * again.
 */
export class Drain {
  readonly #modules: DrainModules;
  #order: DrainOrder | null = null;

  constructor(modules: DrainModules) {
    this.#modules = modules;
  }

  /** The order in force, or null. */
  order(): DrainOrder | null {
    return this.#order;
  }

  /** A second order keeps the time of the first. */
  begin(reason: string): void {
    const { clock, log } = this.#modules;
    this.#order = { reason, since: this.#order?.since ?? clock.nowMs() };
    log.warn("drain_ordered", { reason });
  }

  undo(): void {
    if (this.#order === null) return;
    this.#order = null;
    this.#modules.log.warn("drain_undone");
  }
}
