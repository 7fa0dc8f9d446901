import type { Clock } from "./clock.ts";

/** Why the wall clock is not believed. */
export interface ClockDoubt {
  /** How far it is ahead of the time that was expected, ms; negative when it is behind. */
  readonly byMs: number;
  /** It stepped while the process ran, or at the start it was before a time on record. */
  readonly cause: "step" | "start";
}

/** A clock that gains or loses less than a step in this time is followed, ms. */
const FOLLOW_MS = 3_600_000;

/**
 * Compares the wall clock with the monotonic one. A step past the bound puts the time in doubt: until the wall clock is back where it
 * was expected, or somebody who knows the time accepts what it shows.
 */
export class ClockWatch {
  readonly #clock: Clock;
  readonly #stepMs: number;
  /** Wall time less monotonic time, as it was last believed. */
  #believed: number;
  #since: number;
  /** At a start behind a time on record every later time than that one is believed. */
  #atLeast: boolean;

  /** `recordedMs`: the latest time on record, after which any time may be now; null when nothing is on record. */
  constructor(clock: Clock, options: { readonly stepMs: number; readonly recordedMs: number | null }) {
    this.#clock = clock;
    this.#stepMs = options.stepMs;
    this.#since = clock.monotonicMs();
    const wall = clock.nowMs();
    const { recordedMs } = options;
    this.#atLeast = recordedMs !== null && wall < recordedMs - options.stepMs;
    this.#believed = (this.#atLeast ? (recordedMs ?? wall) : wall) - this.#since;
  }

  /** Null while the wall clock is believed. */
  doubt(): ClockDoubt | null {
    const monotonic = this.#clock.monotonicMs();
    const offset = this.#clock.nowMs() - monotonic;
    const byMs = offset - this.#believed;
    if (this.#atLeast ? byMs >= -this.#stepMs : Math.abs(byMs) <= this.#stepMs) {
      if (this.#atLeast || monotonic - this.#since >= FOLLOW_MS) this.#believe(offset, monotonic);
      return null;
    }
    return { byMs: Math.round(byMs), cause: this.#atLeast ? "start" : "step" };
  }

  /** Believes the wall clock from now on. */
  accept(): void {
    const monotonic = this.#clock.monotonicMs();
    this.#believe(this.#clock.nowMs() - monotonic, monotonic);
  }

  /** The chain's own time decides where it has one: a wall clock that agrees with it is believed. */
  agree(chainMs: number): void {
    if (Math.abs(this.#clock.nowMs() - chainMs) <= this.#stepMs) this.accept();
  }

  #believe(offset: number, monotonic: number): void {
    this.#believed = offset;
    this.#since = monotonic;
    this.#atLeast = false;
  }
}

/** What happened and what to do, for an operator. */
export function doubtText({ byMs, cause }: ClockDoubt): string {
  const far = `${(Math.abs(byMs) / 1000).toFixed(0)} s`;
  const what =
    cause === "start"
      ? `the wall clock is ${far} before a time that this validator has recorded`
      : `the wall clock stepped ${far} ${byMs > 0 ? "ahead" : "back"}`;
  return `${what}; nothing is admitted, judged, dispatched, closed or forgotten. Set the clock right, or accept it with \`assay clock accept\``;
}
