import { AssayError } from "../core/problems/assayError.ts";
import { Levels } from "../core/queue/levels.ts";
import type { JobEnd } from "../flow/jobEnd.ts";
import { type HoldReason, holdReasonOf, lowerCeiling } from "./bounds/holdReasons.ts";
import type { Pressure } from "./bounds/pressure.ts";
import type { Totals } from "./bounds/totals.ts";
import { DrawRecorder } from "./drawRecorder.ts";
import type { InFlightJobs } from "./inFlight/inFlightJobs.ts";
import { taskOf } from "./jobs/job.ts";
import type { JobSource } from "./jobs/jobSource.ts";
import type { KindTimes } from "./kindTimes.ts";
import type { DispatchMeasures } from "./measures.ts";
import { InFlightJob, type Miner } from "./miners/miner.ts";
import type { DispatcherOptions, DispatchModules } from "./ports.ts";

const notRecorded: JobEnd = { kind: "not_recorded" };

export interface SchedulerParts {
  readonly totals: Totals;
  readonly times: KindTimes;
  readonly inFlight: InFlightJobs;
  readonly source: JobSource;
  readonly measures: DispatchMeasures;
  readonly pressure: Pressure;
  readonly isDraining: () => boolean;
  readonly end: (inFlight: InFlightJob, end: JobEnd) => boolean;
  readonly suspended: (hotkey: string) => void;
}

/**
 * Fills free slots: the miner with the fewest jobs in flight first, while nothing holds jobs back. Woken by everything that may
 * have freed a slot or lifted a reason to hold. The time per job does not depend on the number of miners.
 */
export class Scheduler {
  readonly #options: DispatcherOptions;
  readonly #modules: DispatchModules;
  readonly #parts: SchedulerParts;
  readonly #ready = new Levels<Miner>();
  readonly #recorder: DrawRecorder;
  /** Miners in a back-off, miners with a cheat being recorded, and miners for which no job was found. */
  readonly #resting = new Set<Miner>();
  #waking = false;

  constructor(options: DispatcherOptions, modules: DispatchModules, parts: SchedulerParts) {
    this.#options = options;
    this.#modules = modules;
    this.#parts = parts;
    const { totals, times, measures, end } = parts;
    this.#recorder = new DrawRecorder(modules, {
      ...{ totals, times, measures, end },
      sent: (inFlight, bytes, deadlineAt) => this.#sent(inFlight, bytes, deadlineAt),
      undone: (batch) => this.#takeBack(batch),
      free: () => this.wake(),
    });
  }

  /** Miners that could take a job. */
  get ready(): number {
    return this.#ready.size;
  }

  /** The bound on jobs in flight in force, or null. */
  ceiling(): number | null {
    return lowerCeiling(this.#options.ceiling, this.#parts.pressure.ceiling());
  }

  /** Why jobs are held back, or null. */
  holdReason(nowMs: number): HoldReason | null {
    return holdReasonOf(
      this.#parts.totals,
      {
        draining: this.#parts.isDraining(),
        intakeStop: this.#modules.intakeStop?.() ?? null,
        block: this.#modules.block(),
        ceiling: this.#options.ceiling,
        pressureCeiling: this.#parts.pressure.ceiling(),
        bytes: this.#options.bytesInFlight,
        verificationHasRoom: this.#modules.verification.hasRoom(),
      },
      nowMs,
    );
  }

  /** Coalesces: slots that become free in one turn are filled together. */
  wake(): void {
    if (this.#waking) return;
    this.#waking = true;
    this.#modules.soon(() => {
      this.#waking = false;
      this.#fill();
    });
  }

  /** Puts the miner in the line of those with equally many jobs in flight, or in none. */
  place(miner: Miner): void {
    const now = this.#modules.clock.monotonicMs();
    if (miner.mayTake(now)) this.#ready.put(miner.place, miner.inFlight.size);
    else this.remove(miner);
  }

  remove(miner: Miner): void {
    this.#ready.remove(miner.place);
  }

  /** Takes the miner out of the line until the tick after its back-off. */
  rest(miner: Miner): void {
    this.remove(miner);
    this.#resting.add(miner);
  }

  /** Must be called on every tick. */
  endRests(nowMs: number): void {
    for (const miner of this.#resting) {
      if (miner.backoff.until > nowMs) continue;
      this.#resting.delete(miner);
      this.place(miner);
    }
  }

  #fill(): void {
    const now = this.#modules.clock.monotonicMs();
    const block = this.#modules.block();
    while (this.#recorder.hasRoom() && block !== null && this.holdReason(now) === null) {
      const miner = this.#ready.first();
      if (miner === null || !this.#pick(miner, block, now)) break;
    }
    this.#recorder.flush();
  }

  /** Picks a job for the miner, or removes the miner from the line; false when no miner can get one now. */
  #pick(miner: Miner, block: number, now: number): boolean {
    if (this.#modules.suspended(miner.hotkey)) {
      this.remove(miner);
      this.#parts.suspended(miner.hotkey);
      return true;
    }
    const job = this.#modules.caught(miner.hotkey) ? null : this.#parts.source.take(miner);
    const task = job === null ? null : taskOf(job);
    if (job === null || task === null) {
      this.rest(miner);
      return true;
    }
    const { draw, classesFor, epochNow } = this.#modules;
    const own = classesFor(miner.hotkey);
    const classes = job.customer === null ? own : [...own, "customer" as const];
    try {
      const decided = draw(job.lane.name, miner.hotkey, job.jobId, epochNow(), classes);
      this.#start(new InFlightJob(job, miner, task, decided, block));
      return true;
    } catch (error) {
      if (!(error instanceof AssayError)) throw error;
      this.#parts.source.putBack(job);
      this.#parts.totals.refused(now);
      this.#modules.log.warn("draw_refused", { code: error.code });
      return false;
    }
  }

  #start(inFlight: InFlightJob): void {
    const { miner } = inFlight;
    this.#parts.inFlight.start(inFlight);
    this.#recorder.add(inFlight);
    if (miner.inFlight.size >= miner.cap.usable()) miner.cap.bound(this.#modules.clock.monotonicMs());
    this.place(miner);
  }

  #sent(inFlight: InFlightJob, bytes: number, deadlineAt: number): void {
    this.#parts.inFlight.sent(inFlight, bytes, deadlineAt);
    this.#parts.measures.sent.add({ lane: inFlight.job.lane.name });
    // Sending may have filled the link.
    if (inFlight.miner.link?.writable !== true) this.remove(inFlight.miner);
  }

  /** In reverse, since each goes to the front of its queue. */
  #takeBack(batch: readonly InFlightJob[]): void {
    const open = batch.toReversed().filter((one) => this.#parts.end(one, notRecorded));
    for (const { miner } of open.toReversed()) this.place(miner);
  }
}
