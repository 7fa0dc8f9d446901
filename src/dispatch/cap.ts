import { BoundTime, type Measured, Meter } from "./capMeter.ts";
import { failsOnRaise, finding, lowered, RaisePace, raised, type Trial } from "./capProbe.ts";
import { DeliveryRate } from "./capRate.ts";
import { capRules } from "./capRules.ts";
import { OwnBest } from "./capService.ts";

/** A service time that a trial showed: slots that one delivery per ms takes while nothing waits. */
interface Proven {
  readonly serviceMs: number;
  /** Where it was shown. */
  readonly cap: number;
  readonly until: number;
}

const stepOf = (cap: number): number => Math.max(1, Math.ceil(cap * capRules.step));

/**
 * How many jobs one miner may have in flight. The target is what its best delivered rate needs when nothing waits in its queue, and
 * half as much again; the cap walks there in steps of 10 %. Where that inference ends, a trial decides: a cap that holds jobs back at
 * its target is raised and the raise kept only if the rate follows, and a cap that holds jobs back above its target is cut
 * and the cut kept only if the rate stays. What a trial shows (the service time with its spread) corrects the target.
 * So no cap confirms itself: neither one that is too high (the rate does not follow) nor one that is too low.
 */
export class MinerCap {
  #learned: number;
  readonly #rate = new DeliveryRate();
  readonly #best = new OwnBest();
  readonly #bound = new BoundTime();
  readonly #meter = new Meter(this.#bound);
  readonly #pace = new RaisePace();
  #results = 0;
  #failures = 0;
  #acceptedAt = Number.NEGATIVE_INFINITY;
  /** How things stood at the last step. */
  #last = { at: 0, bound: 0, results: 0, failures: 0 };
  #trial: Trial | null = null;
  #proven: Proven | null = null;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #heldAt = Number.NEGATIVE_INFINITY;
  /** No cut is tried before. */
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** `restored`: what an earlier run learned, or null. */
  constructor(restored: number | null) {
    const cap = Math.floor(restored ?? 1);
    this.#learned = cap >= 1 ? Math.min(cap, capRules.restoredMax) : 1;
  }

  /** At least 1. */
  get learned(): number {
    return this.#learned;
  }

  /** What counts now: 1 for a miner that is not known yet. */
  usable(): number {
    return this.#results < capRules.warmResults ? 1 : this.#learned;
  }

  /** An accepted delivery that arrived at `atMs` (monotonic). */
  accepted(atMs: number, kind: string, serviceMs: number): void {
    this.#best.delivered(atMs, kind, serviceMs, !this.#bound.isBound || this.usable() === 1);
    this.#bound.freed(atMs);
    this.#rate.add(atMs);
    this.#meter.delivered();
    if (atMs > this.#acceptedAt) this.#acceptedAt = atMs;
    this.#count();
  }

  failed(atMs: number): void {
    this.#bound.freed(atMs);
    this.#meter.failed();
    this.#failures++;
    this.#count();
  }

  /** The cap held a job back: as many are in flight as it allows, and there is more work. */
  bound(nowMs: number): void {
    this.#bound.bound(nowMs);
  }

  /** To be called every 15 s; true when the cap changed. `hold`: leave everything as it is, for what is measured now is not the miner. */
  step(nowMs: number, hold: boolean): boolean {
    const isBound = this.#wasBound(nowMs);
    if (hold) {
      this.#heldAt = nowMs;
      this.#meter.restart(nowMs, capRules.settleMinMs);
      return false;
    }
    if (this.#results < capRules.warmResults) {
      this.#raisedAt = nowMs;
      return false;
    }
    const measured = this.#meter.step(nowMs, this.#learned, this.#trial?.before.ms ?? null);
    return this.#move(nowMs, this.#next(nowMs, isBound, measured));
  }

  /** A restored cap is kept for miners that deliver: one that fails what it is given has nothing to restore. */
  #count(): void {
    if (++this.#results !== capRules.warmResults) return;
    if (this.#failures > capRules.warmFailedMax) this.#learned = 1;
  }

  /** Since the last step the cap was what limited the miner: held jobs back, of a miner that delivers more than it fails. */
  #wasBound(nowMs: number): boolean {
    const total = this.#bound.total(nowMs);
    const share = (total - this.#last.bound) / Math.max(1, nowMs - this.#last.at);
    const failed = this.#failures - this.#last.failures;
    const isFailing = failed * 2 > this.#results - this.#last.results;
    this.#last = { at: nowMs, bound: total, results: this.#results, failures: this.#failures };
    return share >= capRules.boundShare && !isFailing;
  }

  #next(nowMs: number, isBound: boolean, measured: Measured | null): number {
    const cap = this.#learned;
    if (nowMs - this.#acceptedAt >= capRules.idleMs) {
      this.#trial = null;
      this.#meter.restart(nowMs, 0);
      return Math.max(1, cap - 1);
    }
    if (this.#trial !== null) return this.#try(nowMs, this.#trial, measured);
    const target = this.#target(nowMs);
    const isOver = cap > capRules.deadBand * target && this.#rateIsKnown(nowMs);
    if (!isBound) return isOver ? Math.max(Math.round(target), cap - stepOf(cap)) : cap;
    if (Math.round(target) > cap) return Math.min(Math.round(target), cap + stepOf(cap));
    return this.#begin(nowMs, target, isOver);
  }

  /** Between 1 and the bound on caps. */
  #target(nowMs: number): number {
    if (this.#proven !== null && nowMs >= this.#proven.until) this.#proven = null;
    const { headroom, awayMs, provenReach, max } = capRules;
    const serviceMs = this.#serviceMs();
    const needed =
      Math.max(1, Math.min(headroom, awayMs / serviceMs)) * this.#rate.max(nowMs, this.#windowBins());
    const inferred = needed * this.#best.typicalMs();
    const reach = this.#proven === null ? 0 : provenReach * this.#proven.cap;
    return Math.min(max, Math.max(inferred, Math.min(needed * serviceMs, reach), 1));
  }

  /** What a delivery takes when nothing waits, as far as is known. */
  #serviceMs(): number {
    return Math.max(1, this.#best.typicalMs(), this.#proven?.serviceMs ?? 0);
  }

  #windowBins(): number {
    const { windowBins, windowTimes, keptBins, stepMs } = capRules;
    return Math.min(keptBins, Math.max(windowBins, Math.ceil((windowTimes * this.#serviceMs()) / stepMs)));
  }

  /** Whether the max filter holds the rate of the present cap; before, it would pull the cap back to where it came from. */
  #rateIsKnown(nowMs: number): boolean {
    const { keptBins, stepMs, settleMaxMs } = capRules;
    const knownMs = this.#windowBins() * stepMs + Math.min(settleMaxMs, this.#serviceMs());
    return nowMs - this.#raisedAt >= knownMs && nowMs - this.#heldAt >= keptBins * stepMs;
  }

  /** A cap that binds is changed only on trial: cut when it is over its target, raised otherwise. */
  #begin(nowMs: number, target: number, isOver: boolean): number {
    const cap = this.#learned;
    const before = this.#meter.latest;
    if (before === null || !before.isBound) return cap;
    const cut = lowered(cap, target);
    if (isOver && cut < cap) return nowMs < this.#quietUntil ? cap : this.#start(nowMs, before, cut);
    if (!this.#pace.isDue(nowMs, before)) return cap;
    return this.#start(nowMs, before, raised(cap, before));
  }

  #start(nowMs: number, before: Measured, to: number): number {
    const [results, failures] = [this.#results, this.#failures];
    if (to !== this.#learned)
      this.#trial = { from: this.#learned, to, before, startedAt: nowMs, results, failures };
    return to;
  }

  /** The cap that follows from the trial; the present one while it goes on. */
  #try(nowMs: number, trial: Trial, after: Measured | null): number {
    if (this.#heldAt >= trial.startedAt) {
      this.#trial = null;
      return trial.from;
    }
    const isFailing = failsOnRaise(trial, { results: this.#results, failures: this.#failures });
    if (after === null && !isFailing) return trial.to;
    this.#trial = null;
    return trial.to > trial.from ? this.#raised(nowMs, trial, after) : this.#cut(nowMs, trial, after);
  }

  #raised(nowMs: number, trial: Trial, after: Measured | null): number {
    if (after === null || !after.isBound || finding(trial, after) === "flat") {
      this.#pace.failed(nowMs, trial);
      this.#disprove(trial.from / trial.before.rate);
      return trial.from;
    }
    this.#pace.kept();
    this.#prove(nowMs, trial, after, trial.to);
    return trial.to;
  }

  #cut(nowMs: number, trial: Trial, after: Measured | null): number {
    if (after?.isBound && finding(trial, after) === "flat") {
      this.#disprove(trial.to / after.rate);
      return trial.to;
    }
    this.#quietUntil = nowMs + capRules.quietMs;
    if (after?.isBound && after.count > 0) this.#prove(nowMs, trial, after, trial.from);
    return trial.from;
  }

  /** At the lower cap of a trial that made a difference nothing waits: slots over rate are the service time, spread and all. */
  #prove(nowMs: number, trial: Trial, after: Measured, cap: number): void {
    const { provenMs, provenTrials } = capRules;
    const lastsMs = Math.max(provenMs, provenTrials * (nowMs - trial.startedAt));
    this.#proven = { serviceMs: trial.to / after.rate, cap, until: nowMs + lastsMs };
  }

  /** A delivery takes no more slots than this. */
  #disprove(mostMs: number): void {
    if (this.#proven === null || this.#proven.serviceMs <= mostMs) return;
    this.#proven = { ...this.#proven, serviceMs: mostMs };
  }

  #move(nowMs: number, cap: number): boolean {
    if (cap === this.#learned) return false;
    if (cap > this.#learned) this.#raisedAt = nowMs;
    // By Little's law the time in flight is the cap over the rate.
    const inFlightMs = this.#learned / Math.max(this.#rate.max(nowMs, this.#windowBins()), 1e-9);
    const { settleMinMs, settleMaxMs } = capRules;
    // A kept trial has measured its cap already; every other cap begins anew.
    this.#meter.restart(nowMs, Math.min(settleMaxMs, Math.max(settleMinMs, inFlightMs)));
    this.#learned = cap;
    return true;
  }
}
