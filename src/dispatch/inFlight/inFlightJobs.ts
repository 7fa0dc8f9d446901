import { Deadlines } from "../../core/queue/deadlines.ts";
import type { FrameRefusal } from "../../flow/link.ts";
import type { Totals } from "../bounds/totals.ts";
import type { InFlightJob } from "../miners/miner.ts";
import { EndedJobs } from "./endedJobs.ts";

/** Every job in flight: registered in the map, at its miner, in the totals, and under its deadline once it is sent. */
export class InFlightJobs {
  readonly #totals: Totals;
  readonly #byId = new Map<string, InFlightJob>();
  readonly #ended = new EndedJobs();
  readonly #deadlines: Deadlines<InFlightJob>;

  constructor(totals: Totals, nowMs: number) {
    this.#totals = totals;
    this.#deadlines = new Deadlines(nowMs);
  }

  start(inFlight: InFlightJob): void {
    this.#byId.set(inFlight.job.jobId, inFlight);
    inFlight.miner.inFlight.add(inFlight);
    this.#totals.inFlight++;
    this.#totals.bytes += inFlight.bytes;
  }

  /** `bytes`: on the wire; `deadlineAt`: monotonic ms. */
  sent(inFlight: InFlightJob, bytes: number, deadlineAt: number): void {
    if (!inFlight.miner.inFlight.has(inFlight)) return;
    this.#totals.bytes += bytes - inFlight.bytes;
    inFlight.bytes = bytes;
    this.#deadlines.add(inFlight, deadlineAt);
  }

  /** The job that a miner's frame names, if it has it; otherwise why not. */
  claim(hotkey: string, jobId: string): InFlightJob | FrameRefusal {
    const inFlight = this.#byId.get(jobId);
    if (inFlight?.miner.hotkey === hotkey && inFlight.sentAt !== null) return inFlight;
    if (inFlight?.job.had?.has(hotkey) || this.#ended.has(jobId, hotkey)) return "job_already_answered";
    return inFlight === undefined || inFlight.sentAt === null ? "job_unknown" : "job_not_yours";
  }

  /** Ends the job and frees its slot; false when it had ended before. */
  end(inFlight: InFlightJob): boolean {
    const { job, miner, sentAt, bytes } = inFlight;
    if (!miner.inFlight.delete(inFlight)) return false;
    this.#byId.delete(job.jobId);
    this.#totals.inFlight--;
    this.#totals.bytes -= bytes;
    if (sentAt !== null) {
      this.#deadlines.remove(inFlight);
      this.#ended.add(job.jobId, miner.hotkey);
    }
    return true;
  }

  due(nowMs: number): InFlightJob[] {
    return this.#deadlines.due(nowMs);
  }

  stall(ms: number): void {
    this.#deadlines.stall(ms);
  }
}
