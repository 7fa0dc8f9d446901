import { FailureShare } from "./failures.ts";
import { BoundTime, type Measured, Meter } from "./meter.ts";
import { failsOnRaise, finding, isExplained, lowered, RaisePace, raised, type Trial } from "./probe.ts";
import { capRules } from "./rules.ts";
import { CapTarget } from "./target.ts";

const stepOf = (cap: number): number => Math.max(1, Math.ceil(cap * capRules.step));

/**
 * How many jobs one miner may have in flight. The target is what its best delivered rate needs when nothing waits in its queue,
 * plus half; the cap moves there in steps of 10 %. Beyond that a trial decides: a cap that holds jobs back at its target is
 * raised, and the raise kept only if the rate follows; a cap that holds jobs back above its target is cut, and the cut kept
 * only if the rate stays. The result of a trial (the service time with its spread) corrects the target. So no cap confirms
 * itself, neither one that is too high (the rate does not follow) nor one that is too low.
 */
export class MinerCap {
  #learned: number;
  readonly #target = new CapTarget();
  readonly #failures = new FailureShare();
  readonly #bound = new BoundTime();
  readonly #meter = new Meter(this.#bound);
  readonly #pace = new RaisePace();
  #acceptedAt = Number.NEGATIVE_INFINITY;
  #resultAt = Number.NEGATIVE_INFINITY;
  #steppedAt = 0;
  #boundAtStep = 0;
  #trial: Trial | null = null;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #heldAt = Number.NEGATIVE_INFINITY;
  /** No cut is tried before this moment. */
  #quietUntil = Number.NEGATIVE_INFINITY;

  /** `restored`: the cap that an earlier run learned, or null. */
  constructor(restored: number | null) {
    const cap = Math.floor(restored ?? 1);
    this.#learned = cap >= 1 ? Math.min(cap, capRules.restoredMax) : 1;
  }

  /** At least 1. */
  get learned(): number {
    return this.#learned;
  }

  /** Whether it has enough results for a cap of its own. */
  get isKnown(): boolean {
    return this.#failures.results >= capRules.warmResults;
  }

  /** The cap in force: 1 for a miner that is not known yet. */
  usable(): number {
    return this.isKnown ? this.#learned : 1;
  }

  /** An accepted delivery that arrived at `atMs` (monotonic). */
  accepted(atMs: number, kind: string, serviceMs: number): void {
    this.#target.delivered(atMs, kind, serviceMs, this.#isClean(atMs - serviceMs));
    this.#meter.delivered();
    if (atMs > this.#acceptedAt) this.#acceptedAt = atMs;
    this.#ended(atMs, false);
  }

  failed(atMs: number): void {
    this.#meter.failed();
    this.#ended(atMs, true);
  }

  /** The cap held a job back: it is reached, and there is more work. */
  bound(nowMs: number): void {
    this.#bound.bound(nowMs);
  }

  /** Must be called every 15 s; true when the cap changed. `hold`: change nothing, since the measurement does not show the miner. */
  step(nowMs: number, hold: boolean): boolean {
    this.#failures.step(nowMs);
    const isBound = this.#wasBound(nowMs);
    if (hold) {
      this.#heldAt = nowMs;
      this.#meter.restart(nowMs, capRules.settleMinMs);
      return false;
    }
    if (this.#failures.results < capRules.warmResults) {
      this.#raisedAt = nowMs;
      return false;
    }
    const measured = this.#meter.step(nowMs, this.#learned, this.#trial?.before.ms ?? null);
    return this.#move(nowMs, this.#next(nowMs, isBound, measured));
  }

  /** Whether a job sent then did not wait behind others: the cap was not reached since, or nothing else was in flight. */
  #isClean(sentAt: number): boolean {
    return this.#bound.isFreeSince(sentAt) || (this.usable() === 1 && sentAt >= this.#resultAt);
  }

  #ended(atMs: number, isFailure: boolean): void {
    this.#bound.freed(atMs);
    this.#resultAt = atMs;
    this.#failures.count(isFailure);
    if (this.#failures.results !== capRules.warmResults) return;
    // A restored cap is for miners that deliver: one that fails its jobs starts without it.
    if (this.#failures.failures > capRules.warmFailedMax) this.#learned = 1;
  }

  /** Whether since the last step the cap limited the miner: it held jobs back, and the miner delivers more than it fails. */
  #wasBound(nowMs: number): boolean {
    const total = this.#bound.total(nowMs);
    const share = (total - this.#boundAtStep) / Math.max(1, nowMs - this.#steppedAt);
    this.#boundAtStep = total;
    this.#steppedAt = nowMs;
    return share >= capRules.boundShare && !this.#failures.isMost();
  }

  #next(nowMs: number, isBound: boolean, measured: Measured | null): number {
    const cap = this.#learned;
    if (nowMs - this.#acceptedAt >= capRules.idleMs) {
      this.#trial = null;
      this.#meter.restart(nowMs, 0);
      return Math.max(1, cap - 1);
    }
    if (this.#trial !== null) return this.#try(nowMs, this.#trial, measured);
    const isTight = this.#failures.isTight(nowMs);
    const target = this.#target.at(nowMs, isTight ? 1 : capRules.headroom);
    const isOver = cap > target * (isTight ? 1 : capRules.deadBand) && this.#rateIsKnown(nowMs);
    if (!isBound) return isOver ? Math.max(Math.round(target), cap - stepOf(cap)) : cap;
    if (Math.round(target) > cap) return Math.min(Math.round(target), cap + stepOf(cap));
    return this.#begin(nowMs, target, isOver);
  }

  /** Whether the max filter has the rate of the current cap; before that it would pull the cap back to its former value. */
  #rateIsKnown(nowMs: number): boolean {
    const isSettled = nowMs - this.#raisedAt >= this.#target.knownAfterMs();
    return isSettled && nowMs - this.#heldAt >= capRules.keptBins * capRules.stepMs;
  }

  /** A cap that binds is changed only on trial: cut when it is over its target, raised otherwise. */
  #begin(nowMs: number, target: number, isOver: boolean): number {
    const cap = this.#learned;
    const before = this.#meter.latest;
    if (before === null || !before.isBound) return cap;
    const cut = lowered(cap, target);
    if (isOver && cut < cap) return nowMs < this.#quietUntil ? cap : this.#start(nowMs, before, cut);
    // Failures that end by themselves would look like a gain of the raise.
    const failed = before.failures > capRules.failingShare * (before.failures + before.count);
    if (failed || !this.#pace.isDue(nowMs, before)) return cap;
    return this.#start(nowMs, before, raised(cap, before));
  }

  #start(nowMs: number, before: Measured, to: number): number {
    const { results, failures } = this.#failures;
    const from = this.#learned;
    if (to !== from) this.#trial = { from, to, before, startedAt: nowMs, results, failures };
    return to;
  }

  /** The cap that follows from the trial; the current one while the trial runs. */
  #try(nowMs: number, trial: Trial, after: Measured | null): number {
    if (this.#heldAt >= trial.startedAt) {
      this.#trial = null;
      return trial.from;
    }
    if (after === null && !failsOnRaise(trial, this.#failures)) return trial.to;
    this.#trial = null;
    if (after !== null && !isExplained(trial, after)) return trial.from;
    return trial.to > trial.from ? this.#raised(nowMs, trial, after) : this.#cut(nowMs, trial, after);
  }

  #raised(nowMs: number, trial: Trial, after: Measured | null): number {
    if (after === null || !after.isBound || finding(trial, after) === "flat") {
      this.#pace.failed(nowMs, trial);
      this.#target.disprove(trial.from / trial.before.rate);
      return trial.from;
    }
    this.#pace.kept();
    this.#prove(nowMs, trial, after, trial.to);
    return trial.to;
  }

  #cut(nowMs: number, trial: Trial, after: Measured | null): number {
    if (after?.isBound && finding(trial, after) === "flat") {
      this.#target.disprove(trial.to / after.rate);
      return trial.to;
    }
    this.#quietUntil = nowMs + capRules.quietMs;
    if (after?.isBound) this.#prove(nowMs, trial, after, trial.from);
    return trial.from;
  }

  /** At the lower cap of a trial that made a difference nothing waits: slots divided by rate are the service time with its spread. */
  #prove(nowMs: number, trial: Trial, after: Measured, cap: number): void {
    this.#target.prove(nowMs, trial.to / after.rate, cap, nowMs - trial.startedAt);
  }

  #move(nowMs: number, cap: number): boolean {
    if (cap === this.#learned) return false;
    if (cap > this.#learned) this.#raisedAt = nowMs;
    // After a trial that is kept the cap stays: the measurement holds.
    const settleMs = Math.max(capRules.settleMinMs, this.#target.awayMs(nowMs, this.#learned));
    this.#meter.restart(nowMs, Math.min(capRules.settleMaxMs, settleMs));
    this.#learned = cap;
    return true;
  }
}
