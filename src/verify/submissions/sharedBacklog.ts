import type { Gauge, Metrics } from "../../core/metrics.ts";
import type { Reservation } from "../../flow/reservation.ts";

export interface SharedBacklogModules {
  /** Undecided rows, counted up to the limit. */
  readonly count: (limit: number) => Promise<number>;
  readonly metrics: Metrics;
}

/**
 * The bound on undecided submissions for a process that admits but does not check: what the store counted last, and what was let
 * in since. Several such processes can exceed it together by what each admits between two counts.
 */
export class SharedBacklog {
  readonly #most: number;
  readonly #modules: SharedBacklogModules;
  readonly #gauge: Gauge;
  #counted = 0;
  #since = 0;

  constructor(most: number, modules: SharedBacklogModules) {
    this.#most = most;
    this.#modules = modules;
    this.#gauge = modules.metrics.gauge("assay_verify_backlog", "Undecided submissions, as counted last");
  }

  hasRoom(_lane: string): boolean {
    return this.#counted + this.#since < this.#most;
  }

  reserve(lane: string): Reservation | null {
    if (!this.hasRoom(lane)) return null;
    this.#since++;
    return { release: () => undefined };
  }

  /** One call at a time. */
  async refresh(): Promise<void> {
    const before = this.#since;
    this.#counted = await this.#modules.count(this.#most);
    this.#since -= before;
    this.#gauge.set(this.#counted);
  }
}
