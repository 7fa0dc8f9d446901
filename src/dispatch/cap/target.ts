import { DeliveryRate } from "./rate.ts";
import { capRules } from "./rules.ts";
import { OwnBest } from "./service.ts";

/** A service time that a trial showed: slots that one delivery per ms takes while nothing waits. */
interface Proven {
  readonly serviceMs: number;
  /** Where it was shown. */
  readonly cap: number;
  readonly until: number;
}

/**
 * What the best delivered rate needs in flight when nothing waits in the miner's queue: rate times service time. The service time is
 * the miner's own best, or what a trial showed, where times spread so much that the best is not the usual one.
 */
export class CapTarget {
  readonly #rate = new DeliveryRate();
  readonly #best = new OwnBest();
  #proven: Proven | null = null;

  delivered(atMs: number, kind: string, serviceMs: number, clean: boolean): void {
    this.#best.delivered(atMs, kind, serviceMs, clean);
    this.#rate.add(atMs);
  }

  /** Jobs in flight, between 1 and the bound on caps; not whole. */
  at(nowMs: number, headroom: number): number {
    if (this.#proven !== null && nowMs >= this.#proven.until) this.#proven = null;
    const { awayMs, provenReach, max } = capRules;
    const serviceMs = this.#serviceMs();
    const needed =
      this.#rate.max(nowMs, this.#windowBins()) * Math.max(1, Math.min(headroom, awayMs / serviceMs));
    const inferred = needed * this.#best.typicalMs();
    const reach = this.#proven === null ? 0 : provenReach * this.#proven.cap;
    return Math.min(max, Math.max(inferred, Math.min(needed * serviceMs, reach), 1));
  }

  /** How long after a change of the cap the rate is that of the new one. */
  knownAfterMs(): number {
    return this.#windowBins() * capRules.stepMs + Math.min(capRules.settleMaxMs, this.#serviceMs());
  }

  /** How long a job is away at this cap, by Little's law. */
  awayMs(nowMs: number, cap: number): number {
    return cap / Math.max(this.#rate.max(nowMs, this.#windowBins()), Number.MIN_VALUE);
  }

  /** A trial showed it at the cap; believed for so long. */
  prove(nowMs: number, serviceMs: number, cap: number, trialMs: number): void {
    const lastsMs = Math.max(capRules.provenMs, capRules.provenTrials * trialMs);
    this.#proven = { serviceMs, cap, until: nowMs + lastsMs };
  }

  /** A delivery takes no more slots than this. */
  disprove(mostMs: number): void {
    if (this.#proven === null || this.#proven.serviceMs <= mostMs) return;
    this.#proven = { ...this.#proven, serviceMs: mostMs };
  }

  /** What a delivery takes when nothing waits, as far as is known. */
  #serviceMs(): number {
    return Math.max(1, this.#best.typicalMs(), this.#proven?.serviceMs ?? 0);
  }

  #windowBins(): number {
    const { windowBins, windowTimes, keptBins, stepMs } = capRules;
    return Math.min(keptBins, Math.max(windowBins, Math.ceil((windowTimes * this.#serviceMs()) / stepMs)));
  }
}
