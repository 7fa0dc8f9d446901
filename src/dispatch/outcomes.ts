import { isBelow64 } from "../core/fraction.ts";
import type { AnsweredJob, CustomerUpdate, JobAnswer, JobFailure } from "../flow/job.ts";
import type { Verdict } from "../flow/verdict.ts";
import type { Totals } from "./holdReasons.ts";
import type { KindTimes } from "./kindTimes.ts";
import type { Ledger } from "./ledger.ts";
import type { InFlightJob } from "./miner.ts";
import type { DispatcherOptions, DispatchModules } from "./ports.ts";
import { attemptsOf, type Work } from "./work.ts";

/** A failure costs twice what an answer earns. */
const DEBIT_FACTOR = 2;

export interface OutcomeParts {
  readonly ledger: Ledger;
  readonly times: KindTimes;
  readonly totals: Totals;
  /** Gives the job to another miner. */
  readonly again: (work: Work) => void;
  /** The hotkey may have been suspended. */
  readonly judged: (hotkey: string) => void;
  readonly customer: (update: CustomerUpdate) => void;
  readonly dropped: (why: "retries") => void;
}

/** An answer with the moment it came, monotonic ms. */
interface Arrival {
  readonly flight: InFlightJob;
  readonly job: AnsweredJob;
  readonly at: number;
  readonly serviceMs: number;
  readonly size: number;
}

/**
 * Drawn at the lane's own rate too. Newcomers and the struck are verified more often: were all of their times to count, a fast newcomer
 * would set the deadlines of everybody else.
 */
function isTypical({ draw, work }: InFlightJob): boolean {
  return isBelow64(draw.x, work.lane.policy.rate);
}

/** What follows from the end of a job at a miner, once it is in flight no more: credit, debit, verification, another miner. */
export class Outcomes {
  readonly #options: DispatcherOptions;
  readonly #modules: DispatchModules;
  readonly #parts: OutcomeParts;

  constructor(options: DispatcherOptions, modules: DispatchModules, parts: OutcomeParts) {
    this.#options = options;
    this.#modules = modules;
    this.#parts = parts;
  }

  answered(flight: InFlightJob, answer: JobAnswer, nowMs: number): void {
    const { miner, work, kind, draw } = flight;
    const serviceMs = nowMs - (flight.sentAt ?? nowMs);
    miner.backoff.accepted();
    // Before the check, like an unsampled one: how much a miner gets must not tell what is checked.
    miner.cap.accepted(nowMs, kind, serviceMs);
    if (draw.sampled) {
      this.#verify(flight, answer, nowMs, serviceMs);
      return;
    }
    this.#parts.ledger.accepted(work.lane.name, miner.hotkey, this.#parts.times.referenceMs(kind));
  }

  failed(flight: InFlightJob, failure: JobFailure, nowMs: number): void {
    const { miner, work, kind, sentAt } = flight;
    const debit = DEBIT_FACTOR * this.#parts.times.referenceMs(kind);
    this.#parts.ledger.failed(work.lane.name, miner.hotkey, debit);
    miner.cap.failed(nowMs);
    miner.backoff.failed(nowMs, sentAt ?? nowMs);
    if (failure === "timeout") this.#parts.times.missed(kind);
    this.#endSample(flight, failure);
    this.#elsewhere(flight, failure);
  }

  /** Taken from a miner through no fault that this job shows: it costs nobody anything, and no customer's job fails by it. */
  withdrawn(flight: InFlightJob, code: string): void {
    this.#endSample(flight, code);
    this.#elsewhere(flight, null);
  }

  /** A sampled job to which no answer came still ends in the log. */
  #endSample({ work, miner, draw }: InFlightJob, code: string): void {
    if (!draw.sampled) return;
    const sample = { jobId: work.jobId, epoch: draw.epoch, lane: work.lane.name, hotkey: miner.hotkey };
    this.#modules.endUnanswered(sample, code);
  }

  #verify(flight: InFlightJob, answer: JobAnswer, at: number, serviceMs: number): void {
    const { work, miner, kind, draw, block, input } = flight;
    const job: AnsweredJob = {
      jobId: work.jobId,
      lane: work.lane.name,
      ...{ kind, hotkey: miner.hotkey, draw, block },
      input: input ?? {},
      answer: answer.text(),
      credit: this.#parts.times.referenceMs(kind),
    };
    // The input is kept with the answer.
    const size = flight.bytes + answer.size;
    const arrival = { flight, job, at, serviceMs, size };
    this.#parts.totals.bytes += size;
    this.#modules.verification.verify(job, (verdict) => void this.#judge(arrival, verdict));
  }

  async #judge({ flight, job, at, serviceMs, size }: Arrival, verdict: Verdict): Promise<void> {
    const { ledger, times, totals, judged } = this.#parts;
    const { miner, kind, work } = flight;
    const { hotkey } = miner;
    const isCheat = verdict.outcome === "invalid" && work.lane.policy.penalty === "strike";
    if (verdict.outcome === "valid" && isTypical(flight)) times.verified(kind, serviceMs);
    // What a caught cheat still had under way earns nothing, right or wrong.
    const credit = this.#modules.suspended(hotkey) || ledger.isWithheld(hotkey) ? 0 : job.credit;
    // Nothing more is credited from the moment that a cheat is known until it is on record.
    if (isCheat) ledger.withhold(hotkey);
    const conclusion = await this.#modules.conclude({ ...job, credit }, verdict);
    totals.bytes -= size;
    if (conclusion === "accepted") this.#complete(work, job);
    else if (conclusion === "rejected") {
      ledger.failed(work.lane.name, hotkey, DEBIT_FACTOR * times.referenceMs(kind));
      miner.cap.failed(at);
    }
    if (isCheat) {
      judged(hotkey);
      ledger.release(hotkey);
    }
    if (conclusion === "accepted" || work.customer === null) return;
    // A good answer that could not be recorded is no failure of the job.
    this.#elsewhere(flight, verdict.outcome === "valid" ? null : verdict.code);
  }

  #complete(work: Work, job: AnsweredJob): void {
    if (work.customer === null) return;
    this.#parts.customer({
      jobId: work.jobId,
      attempts: attemptsOf(work) + 1,
      ...{ state: "done", answer: job.answer, hotkey: job.hotkey, code: null },
      endedAt: this.#modules.clock.nowMs(),
    });
  }

  /** Another miner's turn, as often as the job may be given again. `code`: what it fails with after that; null: it does not. */
  #elsewhere({ work, miner }: InFlightJob, code: string | null): void {
    work.had ??= new Set();
    work.had.add(miner.hotkey);
    const { retries } = this.#options;
    const attempts = attemptsOf(work);
    const isLast =
      code !== null && attempts > (work.customer === null ? retries.benchmark : retries.customer);
    if (!isLast) this.#parts.again(work);
    else this.#parts.dropped("retries");
    if (work.customer === null) return;
    this.#parts.customer({
      jobId: work.jobId,
      attempts,
      ...{ state: isLast ? "failed" : "queued", answer: null, hotkey: null, code: isLast ? code : null },
      endedAt: isLast ? this.#modules.clock.nowMs() : null,
    });
  }
}
