import type { Clock } from "../core/clock.ts";
import { ClockWatch, doubtText } from "../core/clockWatch.ts";
import type { Log } from "../core/log.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Store } from "../flow/store.ts";

/** The latest time at which this validator was sure of its clock, Unix ms. */
const NOTE = "clock_seen";
const RETRY_AFTER_S = 30;

export interface TrustedClockModules {
  readonly clock: Clock;
  readonly log: Log;
  readonly store: Pick<Store, "note" | "setNote" | "openEpochs">;
}

export interface ClockState {
  readonly trusted: boolean;
  readonly now_ms: number;
  readonly ahead_ms: number;
}

/** Whether the validator believes its clock; the time is on record, so that a clock that is behind at a start is noticed. */
export class TrustedClock {
  readonly watch: ClockWatch;
  readonly #modules: TrustedClockModules;
  #reported = false;

  private constructor(watch: ClockWatch, modules: TrustedClockModules) {
    this.watch = watch;
    this.#modules = modules;
  }

  static async open(stepMs: number, modules: TrustedClockModules): Promise<TrustedClock> {
    const { clock, store } = modules;
    const seen = Number((await store.note(NOTE)) ?? Number.NaN);
    const times = [seen, ...(await store.openEpochs()).map(({ committed_at }) => committed_at)];
    const recorded = times.filter(Number.isFinite);
    const recordedMs = recorded.length === 0 ? null : Math.max(...recorded);
    const trusted = new TrustedClock(new ClockWatch(clock, { stepMs, recordedMs }), modules);
    await trusted.tick();
    return trusted;
  }

  isTrusted(): boolean {
    return this.watch.doubt() === null;
  }

  /** Throws `clock_doubted`. */
  require(): void {
    const doubt = this.watch.doubt();
    if (doubt === null) return;
    throw new AssayError({ code: "clock_doubted", ahead_ms: doubt.byMs, retry_after_s: RETRY_AFTER_S });
  }

  /** What is wrong, for an operator; null when nothing is. */
  fault(): string | null {
    const doubt = this.watch.doubt();
    return doubt === null ? null : doubtText(doubt);
  }

  state(): ClockState {
    const doubt = this.watch.doubt();
    return {
      ...{ trusted: doubt === null, now_ms: Math.round(this.#modules.clock.nowMs()) },
      ahead_ms: doubt?.byMs ?? 0,
    };
  }

  /** The operator says that the wall clock is right. */
  async accept(reason: string): Promise<ClockState> {
    const { clock, log } = this.#modules;
    const { ahead_ms } = this.state();
    this.watch.accept();
    log.warn("clock_accepted", { now_ms: clock.nowMs(), ahead_ms, reason });
    await this.tick();
    return this.state();
  }

  /** Records the time while it is believed, and logs when a doubt begins and ends. */
  async tick(): Promise<void> {
    const { clock, log, store } = this.#modules;
    const fault = this.fault();
    if (fault !== null && !this.#reported) log.error("clock_doubted", { cause: fault });
    if (fault === null && this.#reported) log.warn("clock_trusted", { now_ms: clock.nowMs() });
    this.#reported = fault !== null;
    if (fault === null) await store.setNote(NOTE, String(Math.round(clock.nowMs())));
  }
}
