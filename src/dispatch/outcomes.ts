import { isBelow64 } from "../core/fraction.ts";
import type { AnsweredJob, JobAnswer } from "../flow/job.ts";
import type { JobEnd, UnansweredCode } from "../flow/jobEnd.ts";
import { cheatCode } from "../flow/lane.ts";
import type { Verdict } from "../flow/verdict.ts";
import type { Totals } from "./bounds/totals.ts";
import type { JobSource } from "./jobs/jobSource.ts";
import type { KindTimes } from "./kindTimes.ts";
import type { DispatchMeasures } from "./measures.ts";
import type { InFlightJob, Miner } from "./miners/miner.ts";
import type { DispatcherOptions, DispatchModules } from "./ports.ts";
import type { CustomerUpdates } from "./records/customerUpdates.ts";
import type { Ledger } from "./records/ledger.ts";
import { type Consequences, whatFollows } from "./whatFollows.ts";

/** A failure costs twice what an answer earns. */
const DEBIT_FACTOR = 2;

export interface OutcomeParts {
  readonly ledger: Ledger;
  readonly times: KindTimes;
  readonly totals: Totals;
  readonly source: JobSource;
  readonly customers: CustomerUpdates;
  readonly measures: DispatchMeasures;
  /** Called when there may be a job to hand out. */
  readonly wake: () => void;
  /** Called at once when a cheat of the hotkey is known, before it is on record. */
  readonly caught: (miner: Miner) => void;
  /** Called when the hotkey may have been suspended. */
  readonly judged: (hotkey: string) => void;
}

/** A sampled answer and when it arrived, monotonic ms. */
interface Arrival {
  readonly inFlight: InFlightJob;
  readonly answered: AnsweredJob;
  readonly at: number;
  readonly size: number;
}

/**
 * Whether it would be sampled at the lane's own rate too. Newcomers and struck miners are verified more often: if all of their
 * times counted, a fast newcomer would set everyone's deadlines.
 */
function isTypical({ draw, job }: InFlightJob): boolean {
  return isBelow64(draw.x, job.lane.policy.rate);
}

/** Carries out what follows from the end of a job at a miner (see `whatFollows`), once it is no longer in flight. */
export class Outcomes {
  readonly #options: DispatcherOptions;
  readonly #modules: DispatchModules;
  readonly #parts: OutcomeParts;

  constructor(options: DispatcherOptions, modules: DispatchModules, parts: OutcomeParts) {
    this.#options = options;
    this.#modules = modules;
    this.#parts = parts;
  }

  ended(inFlight: InFlightJob, end: JobEnd, nowMs: number): void {
    const follows = whatFollows(end, inFlight, this.#options.retries);
    this.#settle(inFlight, follows, nowMs);
    if (end.kind === "answered" && follows.next === "check") this.#check(inFlight, end.answer, nowMs);
    else this.#moveOn(inFlight, follows, null);
  }

  /** Applies what follows for the miner, the kind and the log. `at`: when the answer or the failure came. */
  #settle(inFlight: InFlightJob, { account, cap, backOff, isMissed, sampleCode }: Consequences, at: number) {
    const { ledger, times } = this.#parts;
    const { miner, job, kind } = inFlight;
    const sentAt = inFlight.sentAt ?? at;
    if (account === "credit") ledger.accepted(job.lane.name, miner.hotkey, times.referenceMs(kind));
    else if (account === "debit")
      ledger.failed(job.lane.name, miner.hotkey, DEBIT_FACTOR * times.referenceMs(kind));
    if (cap === "delivery") miner.cap.accepted(at, kind, at - sentAt);
    else if (cap === "failure") miner.cap.failed(at);
    if (backOff === "ends") miner.backoff.accepted();
    else if (backOff === "begins") miner.backoff.failed(at, sentAt);
    if (isMissed) times.missed(kind);
    if (sampleCode !== null) this.#endSample(inFlight, sampleCode);
  }

  /** A sampled job without an answer still ends in the log. */
  #endSample({ job, miner, draw }: InFlightJob, code: UnansweredCode): void {
    const sample = { jobId: job.jobId, epoch: draw.epoch, lane: job.lane.name, hotkey: miner.hotkey };
    this.#modules.endUnanswered(sample, code);
  }

  #check(inFlight: InFlightJob, answer: JobAnswer, at: number): void {
    const { job, miner, kind, draw, block, input } = inFlight;
    const answered: AnsweredJob = {
      jobId: job.jobId,
      lane: job.lane.name,
      ...{ kind, hotkey: miner.hotkey, draw, block },
      input: input ?? {},
      answer: answer.text(),
      credit: this.#parts.times.referenceMs(kind),
      startedAt: this.#modules.clock.nowMs() - (at - (inFlight.sentAt ?? at)),
    };
    // The input is kept with the answer.
    const size = inFlight.bytes + answer.size;
    const arrival = { inFlight, answered, at, size };
    this.#parts.totals.bytes += size;
    this.#modules.verification.verify(answered, (verdict) => void this.#conclude(arrival, verdict));
  }

  async #conclude({ inFlight, answered, at, size }: Arrival, verdict: Verdict): Promise<void> {
    const { ledger, times, totals, caught, judged } = this.#parts;
    const { miner, kind, job } = inFlight;
    const { hotkey } = miner;
    const isCheat = cheatCode(job.lane.policy.penalty, verdict) !== null;
    if (verdict.outcome === "valid" && isTypical(inFlight))
      times.verified(kind, at - (inFlight.sentAt ?? at));
    // Jobs that a caught cheat still has under way earn nothing, right or wrong.
    const credit = this.#modules.suspended(hotkey) || ledger.isWithheld(hotkey) ? 0 : answered.credit;
    // From when a cheat is known until it is on record, the hotkey gets no credit.
    if (isCheat) ledger.withhold(hotkey);
    const concluding = this.#modules.conclude({ ...answered, credit }, verdict);
    if (isCheat) caught(miner);
    const conclusion = await concluding;
    totals.bytes -= size;
    const follows = whatFollows({ kind: "concluded", conclusion, verdict }, inFlight, this.#options.retries);
    this.#settle(inFlight, follows, at);
    if (isCheat) {
      judged(hotkey);
      ledger.release(hotkey);
    }
    this.#moveOn(inFlight, follows, answered);
  }

  /** Applies what follows for the job itself. */
  #moveOn(inFlight: InFlightJob, { next, failCode }: Consequences, answered: AnsweredJob | null): void {
    if (next === "over") return;
    const { source, measures, wake } = this.#parts;
    const { job, miner, attempts } = inFlight;
    if (next === "back") source.putBack(job);
    if (next === "fails") measures.dropped.add({ why: "retries" });
    if (next === "elsewhere") {
      job.had ??= new Set();
      job.had.add(miner.hotkey);
      source.again(job);
      wake();
    }
    if (job.customer === null || next === "back") return;
    const state = next === "done" ? "done" : next === "fails" ? "failed" : "queued";
    this.#parts.customers.put({
      ...{ jobId: job.jobId, attempts, state, code: failCode },
      answer: next === "done" ? (answered?.answer ?? null) : null,
      hotkey: next === "done" ? miner.hotkey : null,
      endedAt: next === "elsewhere" ? null : this.#modules.clock.nowMs(),
    });
  }
}
