import { capRules } from "./rules.ts";

/** Deliveries of a miner at one cap, over a span of time in which nothing else changed. */
export interface Measured {
  readonly count: number;
  readonly failures: number;
  /** Deliveries per ms. */
  readonly rate: number;
  /** Whether the cap limited the rate. */
  readonly isBound: boolean;
  /** Length of the span. */
  readonly ms: number;
}

/** For how long in all the cap held jobs back: from each `bound` until a slot is freed and not filled again at once. */
export class BoundTime {
  #total = 0;
  /** -1 while a slot is free. */
  #since = -1;
  #lastAt = -1;

  /** Whether no job has been held back from then on. */
  isFreeSince(atMs: number): boolean {
    return this.#since < 0 && this.#lastAt < atMs;
  }

  bound(nowMs: number): void {
    if (this.#since < 0) this.#since = nowMs;
    this.#lastAt = nowMs;
  }

  /** `atMs`: when the slot became free; a checked answer is reported later, when its slot has long been filled again. */
  freed(atMs: number): void {
    if (this.#since < 0 || this.#lastAt >= atMs) return;
    this.#total += atMs - this.#since;
    this.#since = -1;
  }

  total(nowMs: number): number {
    return this.#total + (this.#since < 0 ? 0 : Math.max(0, nowMs - this.#since));
  }
}

/** Measures deliveries at an unchanged cap, one span after the other. */
export class Meter {
  readonly #bound: BoundTime;
  #notBefore = 0;
  /** -1 before the first span at this cap. */
  #from = -1;
  #count = 0;
  #failures = 0;
  #boundAt = 0;
  /** The last span that ended at this cap. */
  latest: Measured | null = null;

  constructor(bound: BoundTime) {
    this.#bound = bound;
  }

  delivered(): void {
    this.#count++;
  }

  failed(): void {
    this.#failures++;
  }

  /** The cap changed: measurements so far are void, and jobs under way must come back first. */
  restart(nowMs: number, settleMs: number): void {
    this.latest = null;
    this.#from = -1;
    this.#notBefore = nowMs + settleMs;
  }

  /**
   * Returns the span if it has just ended, and begins the next. A span ends after `wantedMs`, or once it has enough
   * deliveries for a comparison.
   */
  step(nowMs: number, cap: number, wantedMs: number | null): Measured | null {
    if (this.#from < 0) {
      if (nowMs >= this.#notBefore) this.#begin(nowMs);
      return null;
    }
    const ms = nowMs - this.#from;
    const count = this.#count;
    if (wantedMs === null ? !isEnough(ms, count, cap) : ms < wantedMs) {
      if (ms >= capRules.measureMaxMs) this.#begin(nowMs);
      return null;
    }
    const isBound = this.#bound.total(nowMs) - this.#boundAt >= capRules.boundShare * ms;
    this.latest = { count, failures: this.#failures, rate: count / ms, isBound, ms };
    this.#begin(nowMs);
    return this.latest;
  }

  #begin(nowMs: number): void {
    this.#from = nowMs;
    this.#count = 0;
    this.#failures = 0;
    this.#boundAt = this.#bound.total(nowMs);
  }
}

function isEnough(ms: number, count: number, cap: number): boolean {
  const counts = cap === 1 ? count * capRules.atOne : count;
  return capRules.measures.some((enough) => ms >= enough.ms && counts >= enough.count);
}
