import type { Clock } from "../../core/clock.ts";
import { type HistoryRecords, type HistoryRow, historySteps } from "../../flow/history.ts";
import type { Tally } from "../../observe/tally.ts";
import { type Sums, sumsOf } from "./sums.ts";

export interface RecentCountsModules {
  readonly store: Pick<HistoryRecords, "history">;
  readonly tally: Tally;
  readonly clock: Clock;
}

const MINUTES = 60;
/** Rows change once per minute and process. */
const READ_EVERY_MS = 15_000;

/** What was counted in the last hour: by all processes until their last whole minute, and by this one until now. */
export class RecentCounts {
  readonly #modules: RecentCountsModules;
  #rows: readonly HistoryRow[] = [];
  #readAt: number | null = null;

  constructor(modules: RecentCountsModules) {
    this.#modules = modules;
  }

  async sums(): Promise<Sums> {
    const { store, tally, clock } = this.#modules;
    const now = clock.monotonicMs();
    const minute = historySteps.minute;
    if (this.#readAt === null || now - this.#readAt >= READ_EVERY_MS) {
      const since = (Math.floor(clock.nowMs() / minute) - MINUTES + 1) * minute;
      this.#rows = await store.history("minute", since, since + MINUTES * minute);
      this.#readAt = now;
    }
    return sumsOf(this.#rows, tally.peek());
  }
}
