import { causeText } from "../core/problems/assayError.ts";
import type { CustomerJob, JobAnswer, JobFailure } from "../flow/job.ts";
import type { FrameRefusal, LinkEnd, LinkListener, MinerLink } from "../flow/link.ts";
import { CustomerUpdates } from "./customerUpdates.ts";
import { Totals } from "./holdReasons.ts";
import { Ids } from "./ids.ts";
import { InFlightJobs } from "./inFlightJobs.ts";
import { JobSource } from "./jobSource.ts";
import { KindTimes } from "./kindTimes.ts";
import { Ledger } from "./ledger.ts";
import { LostMiners } from "./lost.ts";
import { type DispatchMeasures, type DispatchStats, expose, makeDispatchMeasures } from "./measures.ts";
import type { InFlightJob, Miner } from "./miner.ts";
import { MinerRegistry } from "./minerRegistry.ts";
import { Outcomes } from "./outcomes.ts";
import type { DispatcherOptions, DispatchModules } from "./ports.ts";
import { Pressure } from "./pressure.ts";
import { QueuedLately } from "./queuedLately.ts";
import { parseState, stateText } from "./savedState.ts";
import { Scheduler } from "./scheduler.ts";
import { Stepper } from "./stepper.ts";

const STATE_NOTE = "dispatch_state";
/** A gap between ticks beyond this is a stall of ours: nobody could answer or come back meanwhile, ms. */
const STALL_MS = 2000;

/**
 * Hands jobs to miners and takes their answers. A job is picked for the miner with the least in flight, its draw is recorded, it is
 * sent, and it ends exactly once: answered, given back, timed out, lost with its miner, or withdrawn. Every end frees a slot, and
 * a free slot is what makes the next job; `tick` (four times a second) looks after everything that only time changes.
 */
export class Dispatcher implements LinkListener {
  readonly #options: DispatcherOptions;
  readonly #modules: DispatchModules;
  readonly #measures: DispatchMeasures;
  readonly #totals = new Totals();
  readonly #times: KindTimes;
  readonly #roster: MinerRegistry;
  readonly #flights: InFlightJobs;
  readonly #ledger: Ledger;
  readonly #picker: JobSource;
  readonly #pump: Scheduler;
  readonly #outcomes: Outcomes;
  readonly #customers: CustomerUpdates;
  readonly #pressure = new Pressure();
  readonly #stepper: Stepper;
  readonly #lost: LostMiners;
  #lastTick: number;
  readonly #queued = new QueuedLately();
  #drain: { readonly by: number; readonly done: () => void } | null = null;

  /** With what an earlier run learned; unreadable hints are dropped, they decide nothing. Throws `store_unavailable`. */
  static async restore(options: DispatcherOptions, modules: DispatchModules): Promise<Dispatcher> {
    return new Dispatcher(options, modules, await modules.records.note(STATE_NOTE));
  }

  constructor(options: DispatcherOptions, modules: DispatchModules, saved: string | null = null) {
    const { clock, random, log, metrics, lanes, records } = modules;
    const { caps, kinds } = parseState(saved);
    const now = clock.monotonicMs();
    this.#options = options;
    this.#modules = modules;
    this.#measures = makeDispatchMeasures(metrics);
    const { unrecorded, dropped } = this.#measures;
    this.#times = new KindTimes(options.maxDeadlineMs, kinds);
    this.#roster = new MinerRegistry(lanes, caps);
    this.#flights = new InFlightJobs(this.#totals, now, (flight, end) => this.#ended(flight, end));
    this.#ledger = new Ledger(modules, () => unrecorded.add({ what: "work" }));
    this.#customers = new CustomerUpdates(records, log, () => unrecorded.add({ what: "customer" }));
    this.#picker = new JobSource(new Ids(random), options.queuedMax, (why) => dropped.add({ why }));
    this.#lost = new LostMiners(options.reconnectGraceMs);
    this.#stepper = new Stepper(now);
    this.#lastTick = now;
    this.#outcomes = this.#makeOutcomes();
    this.#pump = this.#makePump();
  }

  /** A customer's job, recorded before. */
  addCustomer(job: CustomerJob): void {
    const lane = this.#modules.lanes.get(job.lane);
    if (lane === undefined) this.#modules.log.error("job_of_no_lane", { job_id: job.jobId, lane: job.lane });
    else this.#picker.addCustomer(job, lane);
    this.#pump.wake();
  }

  opened(link: MinerLink): void {
    const { miner, replaced } = this.#roster.open(link);
    this.#lost.delete(miner);
    replaced?.close("replaced");
    this.#pump.place(miner);
    this.#pump.wake();
  }

  drained(link: MinerLink): void {
    const miner = this.#roster.get(link.hotkey);
    if (miner?.link === link) this.#pump.place(miner);
    this.#pump.wake();
  }

  answered(link: MinerLink, jobId: string, answer: JobAnswer): FrameRefusal | null {
    const flight = this.#flights.claim(link.hotkey, jobId);
    if (typeof flight === "string") return this.#refuse(flight);
    this.#flights.end(flight, "answered");
    const now = this.#modules.clock.monotonicMs();
    this.#measures.seconds.observe((now - (flight.sentAt ?? now)) / 1000, { lane: flight.work.lane.name });
    this.#outcomes.answered(flight, answer, now);
    this.#pump.place(flight.miner);
    return null;
  }

  failed(link: MinerLink, jobId: string, code: string): FrameRefusal | null {
    const flight = this.#flights.claim(link.hotkey, jobId);
    if (typeof flight === "string") return this.#refuse(flight);
    this.#modules.log.debug("job_given_back", { job_id: jobId, hotkey: link.hotkey, code });
    this.#fail(flight, "handler_error");
    return null;
  }

  unreachable(link: MinerLink, jobId: string): void {
    const flight = this.#flights.claim(link.hotkey, jobId);
    if (typeof flight !== "string") this.#lose(flight.miner);
  }

  closed(link: MinerLink, reason: LinkEnd): void {
    const now = this.#modules.clock.monotonicMs();
    const miner = this.#roster.close(link, now);
    if (miner === null) return;
    this.#pump.remove(miner);
    if (reason === "shutting_down") this.#withdraw(miner, "validator_stopped");
    else if (miner.flights.size > 0) this.#lost.add(miner, now);
  }

  /** Out of the network from now on: no link, nothing in flight, no credit that is not on record. */
  suspendHotkey(hotkey: string): void {
    const miner = this.#roster.get(hotkey);
    if (miner === undefined) return;
    this.#withdraw(miner, "suspended");
    this.#pump.remove(miner);
    miner.link?.close("suspended");
  }

  verificationFreed(): void {
    this.#pump.wake();
  }

  /** Whether the miner has dialled in. */
  hasStream(hotkey: string): boolean {
    return this.#roster.get(hotkey)?.link?.transport === "stream";
  }

  /** Miners with a link, and those that had one within the last minute. */
  activeCount(): number {
    return this.#roster.active(this.#modules.clock.monotonicMs());
  }

  /** Jobs that the miner may have in flight: as learned, and as it counts now. */
  capOf(hotkey: string): { readonly learned: number; readonly usable: number } | null {
    const miner = this.#roster.get(hotkey);
    return miner === undefined ? null : { learned: miner.cap.learned, usable: miner.cap.usable() };
  }

  stats(): DispatchStats {
    return {
      miners: this.#roster.linked,
      streams: this.#roster.streams(),
      ready: this.#pump.ready,
      inFlight: this.#totals.inFlight,
      ...{ bytes: this.#totals.bytes, waitingBytes: this.#totals.waitingBytes },
      ceiling: this.#pump.ceiling(),
      ...{ queued: this.#picker.queued, queuedLately: this.#queued.count },
      gate: this.#pump.shut(this.#modules.clock.monotonicMs()),
    };
  }

  /** Four times a second: deadlines, lost miners, caps, accounts. */
  tick(): void {
    const now = this.#modules.clock.monotonicMs();
    const gap = now - this.#lastTick;
    this.#lastTick = now;
    if (gap > STALL_MS) {
      this.#flights.stall(gap);
      this.#lost.stall(gap);
    }
    for (const flight of this.#flights.due(now)) this.#fail(flight, "timeout");
    this.#lookAfter(now);
    void this.#record();
    if (this.#drain !== null && (this.#totals.inFlight === 0 || now >= this.#drain.by)) this.#drain.done();
    this.#queued.look(now, this.#picker.queued);
    expose(this.#measures, this.stats());
    this.#pump.wake();
  }

  /** Keeps what a restart should remember. Rejects with `store_unavailable`. */
  save(): Promise<void> {
    const text = stateText({ caps: this.#roster.caps(), kinds: this.#times.snapshot() });
    return this.#modules.records.setNote(STATE_NOTE, text);
  }

  /** Hands out nothing more and waits for what is out; what is left at the deadline is withdrawn. Never rejects. */
  async drain(deadlineMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drain = { by: this.#modules.clock.monotonicMs() + deadlineMs, done: resolve };
    if (this.#totals.inFlight > 0) await promise;
    for (const miner of [...this.#roster.all()]) this.#withdraw(miner, "validator_stopped");
    // The first may have begun before the last job ended.
    await this.#record();
    await this.#record();
    await this.save().catch((error: unknown) => {
      this.#modules.log.warn("dispatch_state_not_saved", { cause: causeText(error) });
    });
  }

  #makeOutcomes(): Outcomes {
    return new Outcomes(this.#options, this.#modules, {
      ledger: this.#ledger,
      times: this.#times,
      totals: this.#totals,
      again: (work) => {
        this.#picker.again(work);
        this.#pump.wake();
      },
      judged: (hotkey) => {
        if (this.#modules.suspended(hotkey)) this.suspendHotkey(hotkey);
      },
      customer: (update) => this.#customers.put(update),
      dropped: (why) => this.#measures.dropped.add({ why }),
    });
  }

  #makePump(): Scheduler {
    return new Scheduler(this.#options, this.#modules, {
      ...{ totals: this.#totals, times: this.#times, flights: this.#flights },
      ...{ picker: this.#picker, measures: this.#measures },
      pressureCeiling: () => this.#pressure.ceiling(),
      draining: () => this.#drain !== null,
      unsent: (flight) => {
        if (this.#flights.end(flight, "unsent")) this.#outcomes.withdrawn(flight, "unsent");
      },
      suspended: (hotkey) => this.suspendHotkey(hotkey),
    });
  }

  /** A flight is over and its slot free, whatever follows. */
  #ended({ work, miner }: InFlightJob, end: string): void {
    this.#measures.ended.add({ lane: work.lane.name, end });
    if (miner.flights.size === 0) this.#lost.delete(miner);
    this.#pump.wake();
  }

  #fail(flight: InFlightJob, failure: JobFailure): void {
    if (!this.#flights.end(flight, failure)) return;
    const { miner } = flight;
    this.#outcomes.failed(flight, failure, this.#modules.clock.monotonicMs());
    this.#pump.rest(miner);
    this.#pump.place(miner);
  }

  /** The miner cannot be reached: all that it was sent fails, and judge hears of it once. */
  #lose(miner: Miner): void {
    this.#lost.delete(miner);
    const sent = [...miner.flights].filter(({ sentAt }) => sentAt !== null);
    if (sent.length === 0) return;
    this.#measures.lost.add();
    for (const flight of sent) this.#fail(flight, "unreachable");
    this.#modules.unreachable(miner.hotkey);
  }

  #withdraw(miner: Miner, why: string): void {
    for (const flight of [...miner.flights]) {
      if (this.#flights.end(flight, "withdrawn")) this.#outcomes.withdrawn(flight, why);
    }
  }

  #refuse(code: FrameRefusal): FrameRefusal {
    this.#measures.refused.add({ code });
    return code;
  }

  #lookAfter(now: number): void {
    this.#pump.endRests(now);
    for (const miner of this.#lost.due(now)) this.#lose(miner);
    this.#pressure.update(now, this.#modules.memoryAvailable(), this.#totals.inFlight);
    const hold = this.#pressure.hold();
    this.#stepper.step(
      now,
      () => this.#roster.all(),
      (miner) => {
        if (miner.cap.step(now, hold)) this.#pump.place(miner);
      },
    );
  }

  async #record(): Promise<void> {
    const block = this.#modules.block();
    // Without a height nobody can be sighted; accounts wait.
    const ledger = block === null ? null : this.#ledger.flush(this.#modules.clock.nowMs(), block);
    await Promise.all([ledger, this.#customers.flush()]);
  }
}
