import { causeText } from "../core/problems/assayError.ts";
import type { CustomerJob, JobAnswer } from "../flow/job.ts";
import type { JobEnd, JobFailure } from "../flow/jobEnd.ts";
import type { FrameRefusal, LinkEnd, LinkListener, MinerLink } from "../flow/link.ts";
import { Pressure } from "./bounds/pressure.ts";
import { Totals } from "./bounds/totals.ts";
import { InFlightJobs } from "./inFlight/inFlightJobs.ts";
import { CustomerJobs } from "./jobs/customerJobs.ts";
import { Ids } from "./jobs/ids.ts";
import { JobSource } from "./jobs/jobSource.ts";
import { KindTimes } from "./kindTimes.ts";
import { type DispatchMeasures, type DispatchStats, expose, makeDispatchMeasures } from "./measures.ts";
import { Departures } from "./miners/departures.ts";
import { LostMiners } from "./miners/lostMiners.ts";
import type { InFlightJob } from "./miners/miner.ts";
import { MinerRegistry } from "./miners/minerRegistry.ts";
import { Stepper } from "./miners/stepper.ts";
import { Outcomes } from "./outcomes.ts";
import type { DispatcherOptions, DispatchModules } from "./ports.ts";
import { CustomerUpdates } from "./records/customerUpdates.ts";
import { Ledger } from "./records/ledger.ts";
import { parseState, type SavedState } from "./records/savedState.ts";
import { StateNotes } from "./records/stateNotes.ts";
import { refusedFrame } from "./refusedFrame.ts";
import { Scheduler } from "./scheduler.ts";
import { statsOf } from "./stats.ts";
import { DispatchWatch } from "./watch.ts";
import { labelOf } from "./whatFollows.ts";

/** A longer gap between ticks is a stall of the validator: nobody could answer or come back meanwhile, ms. */
const STALL_MS = 2000;

/**
 * Sends jobs to miners and takes their answers. A job at a miner goes through these states and ends once, in `#end`:
 *
 *   waiting ─▶ picked ─▶ sent ─▶ answered ─▶ checked ─▶ concluded      (the last two when sampled)
 *      ▲         │        ├────▶ failed: handler_error, timeout, unreachable
 *      │         ├────────┴────▶ withdrawn: suspended, validator_stopped; unsent when the miner is gone
 *      │         └─────────────▶ not_recorded: the store did not take its draw, so it was not sent
 *      └── failed, withdrawn and not recorded jobs, and customer jobs whose answer was not accepted
 *
 * `whatFollows` decides what each end means for the miner and the job, and `Outcomes` carries it out. Every end frees a slot,
 * and the scheduler fills free slots; `tick` (four times a second) handles everything that depends on time.
 */
export class Dispatcher implements LinkListener {
  readonly #modules: DispatchModules;
  readonly #measures: DispatchMeasures;
  readonly #totals = new Totals();
  readonly #times: KindTimes;
  readonly #registry: MinerRegistry;
  readonly #inFlight: InFlightJobs;
  readonly #ledger: Ledger;
  readonly #source: JobSource;
  readonly #scheduler: Scheduler;
  readonly #outcomes: Outcomes;
  readonly #updates: CustomerUpdates;
  readonly customers: CustomerJobs;
  readonly departures: Departures;
  readonly watch: DispatchWatch;
  readonly #pressure = new Pressure();
  readonly #stepper: Stepper;
  readonly #lost: LostMiners;
  readonly #notes: StateNotes;
  #lastTick: number;
  #drain: { readonly by: number; readonly done: () => void } | null = null;

  /** Starts with the hints that an earlier run saved; unreadable ones are dropped. Throws `store_unavailable`. */
  static async restore(options: DispatcherOptions, modules: DispatchModules): Promise<Dispatcher> {
    const saved = await new StateNotes(modules.records, options.node ?? null).read();
    return new Dispatcher(options, modules, saved);
  }

  constructor(options: DispatcherOptions, modules: DispatchModules, saved: SavedState = parseState(null)) {
    const { clock, random, log, metrics, lanes, records } = modules;
    const { caps, kinds } = saved;
    this.#notes = new StateNotes(records, options.node ?? null);
    const now = clock.monotonicMs();
    this.#modules = modules;
    this.#measures = makeDispatchMeasures(metrics);
    const { unrecorded, dropped } = this.#measures;
    this.#times = new KindTimes(options.maxDeadlineMs, kinds);
    this.#registry = new MinerRegistry(lanes, caps);
    this.watch = new DispatchWatch(this.#registry, this.#times, clock);
    this.#inFlight = new InFlightJobs(this.#totals, now);
    this.#ledger = new Ledger(modules, () => unrecorded.add({ what: "work" }));
    this.#updates = new CustomerUpdates(records, log, {
      failed: () => unrecorded.add({ what: "customer" }),
      refused: (jobId) => this.customers.ended(jobId),
    });
    this.#source = new JobSource(new Ids(random), options, (why) => dropped.add({ why }));
    this.customers = new CustomerJobs({
      ...{ clock, log, lanes, source: this.#source, updates: this.#updates },
      miners: () => this.#registry.all(),
      expired: () => dropped.add({ why: "deadline" }),
    });
    this.#lost = new LostMiners(options.reconnectGraceMs);
    this.departures = new Departures({
      ...{ registry: this.#registry, lost: this.#lost },
      end: (inFlight, end) => this.#end(inFlight, end),
      fail: (inFlight, failure) => this.#fail(inFlight, failure),
      unreachable: (hotkey) => {
        this.#measures.lost.add();
        modules.unreachable(hotkey);
      },
    });
    this.#stepper = new Stepper(now);
    this.#lastTick = now;
    const shared = {
      ...{ totals: this.#totals, times: this.#times },
      ...{ source: this.#source, measures: this.#measures },
    };
    this.#scheduler = new Scheduler(options, modules, {
      ...{ ...shared, inFlight: this.#inFlight, pressure: this.#pressure },
      isDraining: () => this.#drain !== null,
      end: (inFlight, end) => this.#end(inFlight, end),
      suspended: (hotkey) => this.suspendHotkey(hotkey),
    });
    this.#outcomes = new Outcomes(options, modules, {
      ...{ ...shared, ledger: this.#ledger, updates: this.#updates, customers: this.customers },
      wake: () => this.#scheduler.wake(),
      caught: (miner) => {
        // With what it has in flight it could only be caught again.
        this.departures.withdraw(miner, "suspended");
        this.#scheduler.rest(miner);
      },
      judged: (hotkey) => {
        if (modules.suspended(hotkey)) this.suspendHotkey(hotkey);
      },
    });
  }

  /** Queues a customer's job, which is already recorded. `isClaimed`: from a store that other processes share. */
  addCustomer(job: CustomerJob, isClaimed = false): void {
    this.customers.add(job, isClaimed);
    this.#scheduler.wake();
  }

  opened(link: MinerLink): void {
    const { miner, replaced } = this.#registry.open(link);
    this.#lost.delete(miner);
    replaced?.close("replaced");
    this.#scheduler.place(miner);
    this.#scheduler.wake();
  }

  drained(link: MinerLink): void {
    const miner = this.#registry.get(link.hotkey);
    if (miner?.link === link) this.#scheduler.place(miner);
    this.#scheduler.wake();
  }

  answered(link: MinerLink, jobId: string, answer: JobAnswer): FrameRefusal | null {
    const inFlight = this.#inFlight.claim(link.hotkey, jobId);
    if (typeof inFlight === "string") return refusedFrame(this.#measures, inFlight);
    const now = this.#modules.clock.monotonicMs();
    const { job, miner, sentAt } = inFlight;
    this.#measures.seconds.observe((now - (sentAt ?? now)) / 1000, { lane: job.lane.name });
    if (answer.size > (job.lane.answerMaxBytes ?? answer.size)) this.#fail(inFlight, "handler_error");
    else this.#end(inFlight, { kind: "answered", answer });
    this.#scheduler.place(miner);
    return null;
  }

  failed(link: MinerLink, jobId: string, code: string): FrameRefusal | null {
    const inFlight = this.#inFlight.claim(link.hotkey, jobId);
    if (typeof inFlight === "string") return refusedFrame(this.#measures, inFlight);
    this.#modules.log.debug("job_given_back", { job_id: jobId, hotkey: link.hotkey, code });
    const { miner, kind } = inFlight;
    if (code !== "kind_unknown" || !miner.kinds.refused(kind, this.#modules.clock.monotonicMs()))
      this.#fail(inFlight, "handler_error");
    else if (this.#end(inFlight, { kind: "withdrawn", why: "kind_unknown" })) this.#scheduler.place(miner);
    return null;
  }

  unreachable(link: MinerLink, jobId: string): void {
    const inFlight = this.#inFlight.claim(link.hotkey, jobId);
    if (typeof inFlight !== "string") this.departures.lose(inFlight.miner);
  }

  closed(link: MinerLink, reason: LinkEnd): void {
    const now = this.#modules.clock.monotonicMs();
    const miner = this.#registry.close(link, now);
    if (miner === null) return;
    this.#scheduler.remove(miner);
    if (reason === "shutting_down") this.departures.withdraw(miner, "validator_stopped");
    else if (miner.inFlight.size > 0) this.#lost.add(miner, now);
  }

  /** The miner is out of the network from now on: ends its link and its jobs, and drops its unrecorded credit. */
  suspendHotkey(hotkey: string): void {
    const miner = this.#registry.get(hotkey);
    if (miner === undefined) return;
    this.departures.withdraw(miner, "suspended");
    this.#scheduler.remove(miner);
    miner.link?.close("suspended");
  }

  verificationFreed(): void {
    this.#scheduler.wake();
  }

  /** Whether the miner has dialled in. */
  hasStream = (hotkey: string): boolean => this.#registry.get(hotkey)?.link?.transport === "stream";

  /** Miners with a link, and those that had one within the last minute. */
  activeCount(): number {
    return this.#registry.active(this.#modules.clock.monotonicMs());
  }

  /** The miner's cap: as learned, and as in force. */
  capOf(hotkey: string): { readonly learned: number; readonly usable: number } | null {
    const cap = this.#registry.get(hotkey)?.cap;
    return cap === undefined ? null : { learned: cap.learned, usable: cap.usable() };
  }

  stats(): DispatchStats {
    const parts = { registry: this.#registry, totals: this.#totals, source: this.#source };
    return statsOf({ ...parts, scheduler: this.#scheduler }, this.#modules.clock.monotonicMs());
  }

  tick(): void {
    const now = this.#modules.clock.monotonicMs();
    const gap = now - this.#lastTick;
    this.#lastTick = now;
    if (gap > STALL_MS) {
      this.#inFlight.stall(gap);
      this.#lost.stall(gap);
    }
    for (const inFlight of this.#inFlight.due(now)) this.#fail(inFlight, "timeout");
    this.#lookAfter(now);
    void this.#record();
    if (this.#drain !== null && (this.#totals.inFlight === 0 || now >= this.#drain.by)) this.#drain.done();
    expose(this.#measures, this.stats());
    this.#scheduler.wake();
  }

  /** Saves the learned caps and times for a restart. Rejects with `store_unavailable`. */
  save(): Promise<void> {
    const state = { caps: this.#registry.caps(), kinds: this.#times.snapshot() };
    return this.#notes.write(state, this.#modules.clock.nowMs());
  }

  /** Hands out no more jobs and waits for those in flight; withdraws what is left at the deadline. Never rejects. */
  async drain(deadlineMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drain = { by: this.#modules.clock.monotonicMs() + deadlineMs, done: resolve };
    if (this.#totals.inFlight > 0) await promise;
    for (const miner of [...this.#registry.all()]) this.departures.withdraw(miner, "validator_stopped");
    // The first may have begun before the last job ended.
    await this.#record();
    await this.#record();
    await this.save().catch((error: unknown) => {
      this.#modules.log.warn("dispatch_state_not_saved", { cause: causeText(error) });
    });
  }

  /** The only way in which a job at a miner ends; false when it had ended before. Frees its slot before anything follows. */
  #end(inFlight: InFlightJob, end: JobEnd): boolean {
    if (!this.#inFlight.end(inFlight)) return false;
    const { job, miner } = inFlight;
    this.#measures.ended.add({ lane: job.lane.name, end: labelOf(end) });
    if (miner.inFlight.size === 0) this.#lost.delete(miner);
    this.#scheduler.wake();
    this.#outcomes.ended(inFlight, end, this.#modules.clock.monotonicMs());
    return true;
  }

  #fail(inFlight: InFlightJob, failure: JobFailure): void {
    if (!this.#end(inFlight, { kind: "failed", failure })) return;
    this.#scheduler.rest(inFlight.miner);
    this.#scheduler.place(inFlight.miner);
  }

  #lookAfter(now: number): void {
    this.#scheduler.endRests(now);
    this.customers.tick(now);
    for (const miner of this.#lost.due(now)) this.departures.lose(miner);
    this.#pressure.update(now, this.#modules.memoryAvailable(), this.#totals.inFlight);
    const hold = this.#pressure.hold();
    this.#stepper.step(
      now,
      () => this.#registry.all(),
      (miner) => {
        miner.kinds.forgive(now);
        if (miner.cap.step(now, hold)) this.#scheduler.place(miner);
      },
    );
  }

  async #record(): Promise<void> {
    const block = this.#modules.block();
    // Without a height miners cannot be recorded as seen, so the accounts wait.
    const ledger = block === null ? null : this.#ledger.flush(this.#modules.clock.nowMs(), block);
    await Promise.all([ledger, this.#updates.flush()]);
  }
}
