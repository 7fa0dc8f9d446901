import type { Clock } from "../../core/clock.ts";
import { type HistoryRecords, type HistoryRow, historySteps } from "../../flow/history.ts";
import type { HistoryRecorder } from "./recorder.ts";
import { type Sums, sumsOf } from "./sums.ts";

export interface RecentCountsModules {
  readonly store: Pick<HistoryRecords, "history">;
  readonly recorder: Pick<HistoryRecorder, "recorded" | "unrecorded">;
  readonly clock: Clock;
}

const MINUTES = 60;
/** What other processes recorded is seen this much later. */
const READ_EVERY_MS = 15_000;

/** What was counted in the last hour: by all processes until their last whole minute, and by this one until now. */
export class RecentCounts {
  readonly #modules: RecentCountsModules;
  #read: { readonly rows: readonly HistoryRow[]; readonly at: number; readonly recorded: number } | null =
    null;

  constructor(modules: RecentCountsModules) {
    this.#modules = modules;
  }

  async sums(): Promise<Sums> {
    const { recorder, clock } = this.#modules;
    const at = clock.monotonicMs();
    const { recorded } = recorder;
    const last = this.#read;
    // What was just recorded is no longer counted as unrecorded, so it is read at once.
    if (last === null || at - last.at >= READ_EVERY_MS || last.recorded !== recorded)
      this.#read = { rows: await this.#rows(), at, recorded };
    return sumsOf(this.#read?.rows ?? [], recorder.unrecorded());
  }

  #rows(): Promise<HistoryRow[]> {
    const { store, clock } = this.#modules;
    const minute = historySteps.minute;
    const since = (Math.floor(clock.nowMs() / minute) - MINUTES + 1) * minute;
    return store.history("minute", since, since + MINUTES * minute);
  }
}
