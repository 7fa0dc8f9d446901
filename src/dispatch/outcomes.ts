import { isBelow64 } from "../core/fraction.ts";
import type { AnsweredJob, JobAnswer } from "../flow/job.ts";
import type { CheckedEnd, JobEnd, UnansweredCode } from "../flow/jobEnd.ts";
import { cheatCode } from "../flow/lane.ts";
import type { Verdict } from "../flow/verdict.ts";
import type { Totals } from "./bounds/totals.ts";
import type { CustomerJobs } from "./jobs/customerJobs.ts";
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
/** The longest answer to a customer that the store takes, in bytes; without a check what is longer on the wire is not read. */
const ANSWER_MAX = 65_536;

export interface OutcomeParts {
  readonly ledger: Ledger;
  readonly times: KindTimes;
  readonly totals: Totals;
  readonly source: JobSource;
  readonly updates: CustomerUpdates;
  readonly customers: Pick<CustomerJobs, "ended">;
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

/** A good answer to a customer's job. */
interface GivenAnswer {
  /** JSON. */
  readonly text: string;
  readonly isVerified: boolean;
}

/** What follows an answer that is not JSON: as after a check that found it so, where answers cost no strike. */
const notJson: CheckedEnd = {
  kind: "concluded",
  conclusion: "rejected",
  verdict: { outcome: "invalid", code: "proof_malformed" },
};

function jsonOf(answer: JobAnswer): string | null {
  if (answer.size > ANSWER_MAX) return null;
  const text = answer.text();
  try {
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
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
    const unread = end.kind === "answered" && inFlight.isCustomers && !inFlight.isSampled ? end.answer : null;
    // A customer can use nothing that is not JSON, so that much is read of an answer that is not checked.
    const text = unread === null ? null : jsonOf(unread);
    const read = unread !== null && text === null ? notJson : end;
    const follows = whatFollows(read, inFlight, this.#options.retries);
    this.#settle(inFlight, follows, nowMs);
    if (end.kind === "answered" && follows.next === "check") this.#check(inFlight, end.answer, nowMs);
    else this.#moveOn(inFlight, follows, text === null ? null : { text, isVerified: false });
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
    const { job, miner, kind, draw, block, input, attempts } = inFlight;
    const text = answer.text();
    // What the store would not take fails the job, and the miner is paid all the same.
    const isAwaited = job.customer !== null && !job.isOver && Buffer.byteLength(text) <= ANSWER_MAX;
    const answered: AnsweredJob = {
      jobId: job.jobId,
      lane: job.lane.name,
      ...{ kind, hotkey: miner.hotkey, draw, block },
      input: input ?? {},
      answer: text,
      ...(isAwaited && { customerAttempts: attempts }),
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
    this.#moveOn(inFlight, follows, { text: answered.answer, isVerified: true });
  }

  /** Applies what follows for the job itself. */
  #moveOn(inFlight: InFlightJob, { next, failCode }: Consequences, answer: GivenAnswer | null): void {
    const { job, miner, attempts } = inFlight;
    if (next === "over" || job.isOver) return;
    const { source, measures, wake } = this.#parts;
    if (next === "back") source.putBack(job);
    if (next === "fails") measures.dropped.add({ why: "retries" });
    if (next === "elsewhere") {
      job.had ??= new Set();
      job.had.add(miner.hotkey);
      job.tries = attempts;
      source.again(job, this.#modules.clock.monotonicMs());
      wake();
    }
    if (job.customer === null || next === "back") return;
    this.#record(job.customer.jobId, inFlight, { next, failCode }, next === "done" ? answer : null);
  }

  #record(
    jobId: string,
    { miner, attempts }: InFlightJob,
    { next, failCode: code }: Pick<Consequences, "next" | "failCode">,
    answer: GivenAnswer | null,
  ): void {
    const { updates, customers } = this.#parts;
    const state = next === "done" ? "done" : next === "fails" ? "failed" : "queued";
    if (state !== "queued") customers.ended(jobId);
    updates.put({
      ...{ jobId, attempts, state, code },
      ...{ answer: answer?.text ?? null, verified: answer?.isVerified ?? null },
      hotkey: answer === null ? null : miner.hotkey,
      endedAt: state === "queued" ? null : this.#modules.clock.nowMs(),
    });
  }
}
