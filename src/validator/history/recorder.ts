import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Counter, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import { isTransient } from "../../core/problems/transient.ts";
import type { Random } from "../../core/random.ts";
import {
  type HistoryBatch,
  type HistoryRecords,
  type HistoryValue,
  historySteps,
} from "../../flow/history.ts";
import type { Tally } from "../../observe/tally.ts";
import { type KeptLevel, RECORDED } from "./kept.ts";
import type { ReasonTally } from "./reasonTally.ts";
import { type Sums, sumsOf } from "./sums.ts";

export interface RecorderModules {
  readonly tally: Tally;
  readonly reasons: Pick<ReasonTally, "take">;
  readonly store: Pick<HistoryRecords, "addHistory">;
  /** What stands at the moment; nothing where another process leads. */
  readonly levels: () => Promise<Partial<Record<KeptLevel, number>>>;
  /** Nothing is dated by a clock that is in doubt: its counts belong to the minute in which it is believed again. */
  readonly isTrusted: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Minutes that wait while the store takes nothing; the oldest is dropped for the next. */
const WAITING_MOST = 60;

const valuesOf = (values: Iterable<[string, number]>): HistoryValue[] =>
  [...values].map(([series, value]) => ({ series, value }));

/**
 * Records what was counted, once per minute. The minute under way is in memory alone: a process that is killed loses it, one that stops
 * records it. A batch that the store may have taken is sent again as it was, and counts once.
 */
export class HistoryRecorder {
  readonly #modules: RecorderModules;
  readonly #dropped: Counter;
  readonly #waiting: HistoryBatch[] = [];
  #minute: number | null = null;
  #recorded = 0;
  #sending: Promise<void> | null = null;

  constructor(modules: RecorderModules) {
    this.#modules = modules;
    this.#dropped = modules.metrics.counter(
      "assay_history_dropped_total",
      "Minutes of history that were not recorded, since the store did not take them",
    );
  }

  /** How often the store took a minute: what was unrecorded before is then read from it. */
  get recorded(): number {
    return this.#recorded;
  }

  /** What was counted and is not in the store yet. */
  unrecorded(): Sums {
    return this.#waiting.reduce(
      (sums, { counts }) => sumsOf(counts, sums),
      sumsOf([], this.#modules.tally.peek()),
    );
  }

  /** Called every second or so; does something when a minute is over. */
  async tick(): Promise<void> {
    const { clock, isTrusted } = this.#modules;
    if (!isTrusted()) return;
    const minute = Math.floor(clock.nowMs() / historySteps.minute) * historySteps.minute;
    const over = this.#minute;
    this.#minute = minute;
    if (over === null || over === minute) return;
    await this.#end(over);
  }

  /** Records the minute under way. */
  async close(): Promise<void> {
    await this.#sending;
    if (this.#minute !== null) await this.#end(this.#minute);
    await this.#sending;
  }

  async #end(at: number): Promise<void> {
    const { tally, reasons, random, levels, log } = this.#modules;
    const standing = await levels().catch((error: unknown) => {
      log.debug("history_levels_unknown", { cause: causeText(error) });
      return {};
    });
    const counts = valuesOf([...tally.take(), [RECORDED, 1]]);
    const id = Buffer.from(random.bytes(16)).toString("hex");
    if (this.#waiting.length === WAITING_MOST) this.#drop(this.#waiting.shift(), "too many wait");
    this.#waiting.push({
      id,
      at,
      counts,
      levels: valuesOf(Object.entries(standing)),
      reasons: reasons.take(),
    });
    this.#sending ??= this.#send().finally(() => {
      this.#sending = null;
    });
  }

  async #send(): Promise<void> {
    for (let batch = this.#waiting[0]; batch !== undefined; batch = this.#waiting[0]) {
      try {
        await this.#modules.store.addHistory(batch);
        this.#recorded++;
      } catch (error) {
        if (isTransient(error)) return;
        this.#drop(batch, causeText(error));
      }
      const at = this.#waiting.indexOf(batch);
      if (at >= 0) this.#waiting.splice(at, 1);
    }
  }

  #drop(batch: HistoryBatch | undefined, cause: string): void {
    this.#dropped.add();
    this.#modules.log.warn("history_dropped", { minute: batch?.at ?? 0, cause });
  }
}
