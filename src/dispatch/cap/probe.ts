import type { Measured } from "./meter.ts";
import { capRules } from "./rules.ts";

/** A change of the cap on trial: what it was and delivered before, and what it is now. */
export interface Trial {
  readonly from: number;
  readonly to: number;
  readonly before: Measured;
  readonly startedAt: number;
  /** The miner's results and failures until then. */
  readonly results: number;
  readonly failures: number;
}

/** What a trial showed. `up`: the miner can use more. `flat`: the difference is of no use to it. `down`: it needs what was taken. */
export type Finding = "up" | "flat" | "down";

/** The cap to try: enough more that a rate which follows can be told from noise, and not so much that jobs miss their deadlines. */
export function raised(cap: number, before: Measured): number {
  const { raiseNoise, raiseMin, raiseMax, awayMs, max } = capRules;
  const gain = Math.min(raiseMax, Math.max(raiseMin, Math.sqrt(raiseNoise / before.count)));
  const inTime = Math.floor(awayMs * before.rate);
  return Math.min(max, Math.max(cap + 1, Math.min(cap + Math.round(gain * cap), inTime)));
}

/** The cap to try on the way down: at most half at once, so that a needed cap is missed for a moment only. */
export function lowered(cap: number, target: number): number {
  return Math.max(1, Math.ceil(cap / 2), Math.round(target));
}

/**
 * Compares the rate before and after. Upwards nearly all of the gain has to show; downwards any loss counts, since whatever
 * the miner had queued is lost without effect.
 */
export function finding({ from, to, before }: Trial, after: Measured): Finding {
  const capChange = to / from - 1;
  const rateChange = after.rate / before.rate - 1;
  if (to > from) {
    const noise = capRules.followsNoise * Math.sqrt(2 / before.count);
    return rateChange >= Math.max(capRules.follows * capChange, noise) ? "up" : "flat";
  }
  return rateChange <= capRules.loses * capChange ? "down" : "flat";
}

/** Whether the cap can have done it: a rate that followed by far more than the cap moved shows that the miner is another one. */
export function isExplained({ from, to, before }: Trial, after: Measured): boolean {
  const most = 1 + capRules.explains * (Math.max(from, to) / Math.min(from, to) - 1);
  return to > from ? after.rate <= most * before.rate : after.rate * most >= before.rate;
}

/** Whether a raise makes the miner fail: then it is over, whatever the rate. */
export function failsOnRaise(
  trial: Trial,
  now: { readonly results: number; readonly failures: number },
): boolean {
  const { from, to, before } = trial;
  const failed = now.failures - trial.failures;
  const share = failed / Math.max(1, now.results - trial.results);
  const former = before.failures / (before.failures + before.count);
  return to > from && failed >= capRules.raiseFailures && share > former + capRules.raiseFailureShare;
}

/** When the next raise may be tried: at once after one that was kept, later and later after those that gained nothing. */
export class RaisePace {
  #failedAt = Number.NEGATIVE_INFINITY;
  #failed: Measured | null = null;
  #waitMs = 0;

  kept(): void {
    this.#failed = null;
    this.#waitMs = 0;
  }

  failed(nowMs: number, { before, startedAt }: Trial): void {
    if (!this.#isAsBefore(before)) this.#waitMs = 0;
    const { retryMs, retryMaxMs, retryTrials } = capRules;
    const leastMs = Math.max(retryMs, retryTrials * (nowMs - startedAt));
    this.#waitMs = Math.max(leastMs, Math.min(retryMaxMs, this.#waitMs * 2));
    this.#failedAt = nowMs;
    this.#failed = before;
  }

  /** A miner that delivers at another rate than at the failed raise need not wait so long: what was found then may not hold. */
  isDue(nowMs: number, now: Measured): boolean {
    const waitMs = this.#isAsBefore(now) ? this.#waitMs : capRules.retryMs;
    return nowMs - this.#failedAt >= waitMs;
  }

  #isAsBefore({ rate, count }: Measured): boolean {
    if (this.#failed === null) return true;
    const noise = 3 * Math.sqrt(1 / count + 1 / this.#failed.count);
    return Math.abs(rate / this.#failed.rate - 1) <= Math.max(capRules.otherRate, noise);
  }
}
