import { AssayError } from "../core/problems/assayError.ts";
import { Levels } from "../core/queue/levels.ts";
import { DrawRecorder } from "./drawRecorder.ts";
import { type HoldReason, holdReason, lowerCeiling, type Totals } from "./holdReasons.ts";
import type { InFlightJobs } from "./inFlightJobs.ts";
import type { JobSource } from "./jobSource.ts";
import type { KindTimes } from "./kindTimes.ts";
import type { DispatchMeasures } from "./measures.ts";
import type { InFlightJob, Miner } from "./miner.ts";
import type { DispatcherOptions, DispatchModules } from "./ports.ts";
import { sizeOf, taskOf } from "./work.ts";

export interface SchedulerParts {
  readonly totals: Totals;
  readonly times: KindTimes;
  readonly flights: InFlightJobs;
  readonly picker: JobSource;
  readonly measures: DispatchMeasures;
  readonly pressureCeiling: () => number | null;
  readonly draining: () => boolean;
  /** A job that was to be sent to a miner that is gone. */
  readonly unsent: (flight: InFlightJob) => void;
  readonly suspended: (hotkey: string) => void;
}

/**
 * Fills free slots: the miner with the least in flight first, as long as every gate is open. Woken by whatever may have freed a
 * slot or opened a gate; a job costs the same however many miners there are.
 */
export class Scheduler {
  readonly #options: DispatcherOptions;
  readonly #modules: DispatchModules;
  readonly #parts: SchedulerParts;
  readonly #ready = new Levels<Miner>();
  readonly #outbox: DrawRecorder;
  /** Miners that wait out a back-off, and miners that nothing could be found for. */
  readonly #resting = new Set<Miner>();
  #waking = false;

  constructor(options: DispatcherOptions, modules: DispatchModules, parts: SchedulerParts) {
    this.#options = options;
    this.#modules = modules;
    this.#parts = parts;
    const { totals, times, measures, unsent } = parts;
    this.#outbox = new DrawRecorder(modules, {
      ...{ totals, times, measures, unsent },
      sent: (flight, bytes, deadlineAt) => this.#sent(flight, bytes, deadlineAt),
      undone: (batch) => this.#takeBack(batch),
      free: () => this.wake(),
    });
  }

  /** Miners that could take a job. */
  get ready(): number {
    return this.#ready.size;
  }

  /** The bound on jobs in flight that is in force, or null. */
  ceiling(): number | null {
    return lowerCeiling(this.#options.ceiling, this.#parts.pressureCeiling());
  }

  /** The gate that keeps jobs back, or null. */
  shut(nowMs: number): HoldReason | null {
    return holdReason(
      this.#parts.totals,
      {
        draining: this.#parts.draining(),
        block: this.#modules.block(),
        ceiling: this.#options.ceiling,
        pressureCeiling: this.#parts.pressureCeiling(),
        bytes: this.#options.bytesInFlight,
        verificationHasRoom: this.#modules.verification.hasRoom(),
      },
      nowMs,
    );
  }

  /** Coalesces: however many slots became free in one turn, there is one look for work. */
  wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    this.#modules.soon(() => {
      this.#waking = false;
      this.#pump();
    });
  }

  /** Stands the miner in the line of its level, or in none. */
  place(miner: Miner): void {
    const now = this.#modules.clock.monotonicMs();
    if (miner.mayTake(now)) this.#ready.put(miner, miner.flights.size);
    else this.remove(miner);
  }

  remove(miner: Miner): void {
    this.#ready.remove(miner);
  }

  /** Looks at the miner again once its back-off is over. */
  rest(miner: Miner): void {
    this.#resting.add(miner);
  }

  /** To be called on every tick. */
  endRests(nowMs: number): void {
    for (const miner of this.#resting) {
      if (miner.backoff.until > nowMs) continue;
      this.#resting.delete(miner);
      this.place(miner);
    }
  }

  #pump(): void {
    const now = this.#modules.clock.monotonicMs();
    const block = this.#modules.block();
    while (this.#outbox.hasRoom() && block !== null && this.shut(now) === null) {
      const miner = this.#ready.first();
      if (miner === null || !this.#pick(miner, block, now)) break;
    }
    this.#outbox.flush();
  }

  /** Picks a job for the miner, or takes the miner out of the line; false when no miner can be given one now. */
  #pick(miner: Miner, block: number, now: number): boolean {
    if (this.#modules.suspended(miner.hotkey)) {
      this.remove(miner);
      this.#parts.suspended(miner.hotkey);
      return true;
    }
    const work = this.#parts.picker.take(miner);
    const task = work === null ? null : taskOf(work);
    if (work === null || task === null) {
      this.remove(miner);
      this.rest(miner);
      return true;
    }
    const { draw, classesFor, epochNow } = this.#modules;
    const own = classesFor(miner.hotkey);
    const classes = work.customer === null ? own : [...own, "customer" as const];
    try {
      const decided = draw(work.lane.name, miner.hotkey, work.jobId, epochNow(), classes);
      const { kind, input } = task;
      const bytes = sizeOf(input);
      const untimed = { slot: -1, earlier: null, later: null };
      this.#start({ work, miner, kind, draw: decided, block, input, sentAt: null, bytes, ...untimed });
      return true;
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      this.#parts.picker.putBack(work);
      this.#parts.totals.refused(now);
      this.#modules.log.warn("draw_refused", { code: error.code });
      return false;
    }
  }

  #start(flight: InFlightJob): void {
    const { miner } = flight;
    this.#parts.flights.start(flight);
    this.#outbox.add(flight);
    if (miner.flights.size >= miner.cap.usable()) miner.cap.bound(this.#modules.clock.monotonicMs());
    this.place(miner);
  }

  #sent(flight: InFlightJob, bytes: number, deadlineAt: number): void {
    this.#parts.flights.sent(flight, bytes, deadlineAt);
    this.#parts.measures.sent.add({ lane: flight.work.lane.name });
    // Sending may have filled the link.
    if (flight.miner.link?.writable !== true) this.remove(flight.miner);
  }

  #takeBack(batch: readonly InFlightJob[]): void {
    const open = batch.filter((flight) => this.#parts.flights.end(flight, "not_recorded"));
    this.#parts.picker.takeBack(open);
    for (const { miner } of open) this.place(miner);
  }
}
