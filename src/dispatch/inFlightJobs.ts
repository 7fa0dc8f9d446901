import { Deadlines } from "../core/queue/deadlines.ts";
import type { FrameRefusal } from "../flow/link.ts";
import { EndedJobs } from "./endedJobs.ts";
import type { Totals } from "./holdReasons.ts";
import type { InFlightJob } from "./miner.ts";

/** Every job in flight, once: in the map, with its miner, in the totals, and under its deadline once it is sent. */
export class InFlightJobs {
  readonly #totals: Totals;
  readonly #ended: (flight: InFlightJob, end: string) => void;
  readonly #byId = new Map<string, InFlightJob>();
  readonly #recent = new EndedJobs();
  readonly #deadlines: Deadlines<InFlightJob>;

  /** `ended` hears of every end; the slot is free then. */
  constructor(totals: Totals, nowMs: number, ended: (flight: InFlightJob, end: string) => void) {
    this.#totals = totals;
    this.#ended = ended;
    this.#deadlines = new Deadlines(nowMs);
  }

  start(flight: InFlightJob): void {
    this.#byId.set(flight.work.jobId, flight);
    flight.miner.flights.add(flight);
    this.#totals.inFlight++;
    this.#totals.bytes += flight.bytes;
  }

  /** `bytes`: on the wire; `deadlineAt`: monotonic ms. */
  sent(flight: InFlightJob, bytes: number, deadlineAt: number): void {
    if (!flight.miner.flights.has(flight)) return;
    this.#totals.bytes += bytes - flight.bytes;
    flight.bytes = bytes;
    this.#deadlines.add(flight, deadlineAt);
  }

  /** The job that a miner speaks of, if it has it; otherwise why it does not. */
  claim(hotkey: string, jobId: string): InFlightJob | FrameRefusal {
    const flight = this.#byId.get(jobId);
    if (flight?.miner.hotkey === hotkey && flight.sentAt !== null) return flight;
    if (flight?.work.had?.has(hotkey) || this.#recent.has(jobId, hotkey)) return "job_already_answered";
    return flight === undefined || flight.sentAt === null ? "job_unknown" : "job_not_yours";
  }

  /** False when it had ended before: every flight ends once. */
  end(flight: InFlightJob, end: string): boolean {
    const { work, miner, sentAt, bytes } = flight;
    if (!miner.flights.delete(flight)) return false;
    this.#byId.delete(work.jobId);
    this.#totals.inFlight--;
    this.#totals.bytes -= bytes;
    if (sentAt !== null) {
      this.#deadlines.remove(flight);
      this.#recent.add(work.jobId, miner.hotkey);
    }
    this.#ended(flight, end);
    return true;
  }

  due(nowMs: number): InFlightJob[] {
    return this.#deadlines.due(nowMs);
  }

  stall(ms: number): void {
    this.#deadlines.stall(ms);
  }
}
