import type { Clock } from "../core/clock.ts";

/** Refusals that are cheap enough to be ignored, per second. */
const FEW = 32;
/** At most this share of those that are served: a refusal costs about a sixth of a submission. */
const SHARE = 1 / 8;
const WINDOW_MS = 1000;
/** The longest time to stay away, s. */
export const RETRY_MOST_S = 8;

/**
 * How long those that find no room are told to stay away: one second, and longer when so short a time would bring back more of them
 * than refusing them should cost. A refused caller has sent its whole request, and reading that takes time from those that are let in.
 */
export class RetryPace {
  readonly #clock: Clock;
  #sinceMs: number;
  #served = 0;
  #refused = 0;
  #stayS = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#sinceMs = clock.monotonicMs();
  }

  served(): void {
    this.#served++;
  }

  /** Whole seconds after which the refused caller may come back. */
  refused(): number {
    this.#turn();
    this.#refused++;
    return Math.max(1, Math.round(this.#stayS));
  }

  #turn(): void {
    const nowMs = this.#clock.monotonicMs();
    const seconds = (nowMs - this.#sinceMs) / 1000;
    if (seconds * 1000 < WINDOW_MS) return;
    const affordable = Math.max(FEW, SHARE * (this.#served / seconds));
    // Each of those that stay away comes back once in that time.
    const away = (this.#refused / seconds) * this.#stayS;
    const wanted = Math.min(RETRY_MOST_S, Math.max(1, away / affordable));
    this.#stayS = wanted + (this.#stayS - wanted) / 2 ** seconds;
    [this.#sinceMs, this.#served, this.#refused] = [nowMs, 0, 0];
  }
}
