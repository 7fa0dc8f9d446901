import type { Measured } from "./meter.ts";
import { capRules } from "./rules.ts";

/** A change of the cap on trial: the cap and its rate before, and the cap now. */
export interface Trial {
  readonly from: number;
  readonly to: number;
  readonly before: Measured;
  readonly startedAt: number;
  /** The miner's results and failures when the trial began. */
  readonly results: number;
  readonly failures: number;
}

/** The result of a trial. `up`: the miner can use more. `flat`: the difference is of no use to it. `down`: it needs the former cap. */
export type Finding = "up" | "flat" | "down";

/** The cap to try: high enough that the gain exceeds the noise, and low enough that jobs meet their deadlines. */
export function raised(cap: number, before: Measured): number {
  const { raiseNoise, raiseMin, raiseMax, awayMs, max } = capRules;
  const gain = Math.min(raiseMax, Math.max(raiseMin, Math.sqrt(raiseNoise / before.count)));
  const inTime = Math.floor(awayMs * before.rate);
  return Math.min(max, Math.max(cap + 1, Math.min(cap + Math.round(gain * cap), inTime)));
}

/** The lower cap to try: at least half, so that a needed cap is missed only briefly. */
export function lowered(cap: number, target: number): number {
  return Math.max(1, Math.ceil(cap / 2), Math.round(target));
}

/**
 * Compares the rate before and after. Upwards nearly all of the gain must show; downwards any loss counts, since jobs that
 * only waited in the miner's queue can go without effect.
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

/** Whether the cap explains the new rate: a rate that moved by far more than the cap shows that the miner itself changed. */
export function isExplained({ from, to, before }: Trial, after: Measured): boolean {
  const most = 1 + capRules.explains * (Math.max(from, to) / Math.min(from, to) - 1);
  return to > from ? after.rate <= most * before.rate : after.rate * most >= before.rate;
}

/** Whether a raise makes the miner fail: then it ends, whatever the rate. */
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

/** When the next raise may be tried: at once after a kept one, after growing delays when raises gain nothing. */
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

  /** A miner whose rate differs from that at the failed raise need not wait: the finding may no longer hold. */
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
