import type { Draw } from "./draw.ts";
import type { JobInput } from "./lane.ts";
import type { StrikeRecord } from "./strike.ts";
import type { Verdict } from "./verdict.ts";

/** A job as it is sent to a miner. Customer and benchmark jobs look alike. */
export interface JobOrder {
  /** `jb_` and 32 hex digits. */
  readonly job_id: string;
  readonly lane: string;
  readonly kind: string;
  readonly input: JobInput;
  /** Time that the miner has, ms. */
  readonly deadline_ms: number;
}

/** An answer as received; its JSON text is made on demand. */
export interface JobAnswer {
  /** Bytes on the wire. */
  readonly size: number;
  text(): string;
}

/** A sampled job with its answer, in verification. */
export interface AnsweredJob {
  readonly jobId: string;
  readonly lane: string;
  readonly kind: string;
  readonly hotkey: string;
  readonly draw: Draw;
  readonly input: JobInput;
  readonly answer: string;
  /** Earned when the answer is valid. */
  readonly credit: number;
  /** When it was handed out. */
  readonly block: number;
  /** The same in Unix ms. */
  readonly startedAt: number;
  /** Of a customer's job: the miners that have had it. Absent where no customer awaits this answer. */
  readonly customerAttempts?: number;
}

/** Verifies sampled answers within a bound, and reports a verdict for each. */
export interface JobVerification {
  /** False while pending verifications are at their bound: then no jobs are dispatched. */
  hasRoom(): boolean;
  /** Takes every answer: those without room wait, bounded by the jobs in flight. `done` is called once. */
  verify(job: AnsweredJob, done: (verdict: Verdict) => void): void;
}

/** The end of a sampled job, recorded in one transaction: its verdict in the log, its credit, its strike. */
export interface SampledEnd {
  readonly jobId: string;
  readonly epoch: number;
  readonly lane: string;
  readonly hotkey: string;
  readonly state: "accepted" | "rejected" | "void";
  /** True when a check decided the end. */
  readonly verified: boolean;
  readonly code: string | null;
  readonly answerSha256: string | null;
  /** Paid when accepted. */
  readonly credit: number;
  readonly at: number;
  /** With an answer, the miner was seen at this block. */
  readonly block: number;
  readonly strike: StrikeRecord | null;
  /** A proven cheat of work whose strike is on record already: forfeits the hotkey's unverified credit without another strike. */
  readonly forfeits?: true;
  /**
   * The end of the customer's job that was answered, as `updateCustomerJob` records it, in the same transaction: a job that is paid and
   * still queued would be sent, and paid, again after a crash.
   */
  readonly delivers?: CustomerUpdate;
}

/** A sampled job that was handed out and has no verdict. */
export interface OpenSample {
  readonly jobId: string;
  readonly epoch: number;
  readonly lane: string;
  readonly hotkey: string;
}

/** Work of one miner in one lane since its last record. Times in Unix ms. */
export interface WorkDelta {
  readonly lane: string;
  readonly hotkey: string;
  readonly at: number;
  readonly block: number;
  /** Credit of answers accepted without a check: forfeited by a strike. Verified answers are paid when they end. */
  readonly credit: number;
  readonly debit: number;
  readonly accepted: number;
  readonly failed: number;
}

/** Delivered work of a hotkey in one lane within one bucket of time. */
export interface WorkBucket {
  readonly lane: string;
  readonly hotkey: string;
  /** First moment of the bucket, Unix ms. */
  readonly start: number;
  /** Verified and unforfeited unverified credit, reference ms. */
  readonly credit: number;
  readonly debit: number;
  /** Answers accepted and attempts failed. */
  readonly results: number;
}

/** `expired`: its deadline passed. */
export const customerStates = ["queued", "done", "failed", "cancelled", "expired"] as const;
export type CustomerState = (typeof customerStates)[number];

/** A job that the operator or a customer submitted. */
export interface CustomerJob {
  readonly jobId: string;
  /** Id of the customer's token that put it in; null: the operator's. */
  readonly owner: string | null;
  /** The owner's name of the job: the same key means the same job. */
  readonly clientKey: string;
  readonly lane: string;
  readonly kind: string;
  readonly input: JobInput;
  /** Private inputs that the customer supplied; null where there are none, and from the end of the job on. */
  readonly privateInput: JobInput | null;
  readonly createdAt: number;
  /** It ends then if it has not before, Unix ms. Null in jobs that ended under an earlier version. */
  readonly deadlineAt: number | null;
  readonly state: CustomerState;
  /** Number of miners that have had the job. */
  readonly attempts: number;
  /** JSON text of the answer. */
  readonly answer: string | null;
  /** Whether the answer was verified; null while there is none. */
  readonly verified: boolean | null;
  /** The hotkey that answered. */
  readonly hotkey: string | null;
  /** Why the job ended without an answer. */
  readonly code: string | null;
  readonly endedAt: number | null;
}

/** Which customer jobs are listed, in the order in which they were put in. */
export interface CustomerQuery {
  /** Only those of this token; null: those of all. */
  readonly owner: string | null;
  readonly state: CustomerState | null;
  /** After the job with this id; null: from the first. */
  readonly after: string | null;
  readonly limit: number;
}

/** What an attempt or its end changed in a customer job. */
export interface CustomerUpdate {
  readonly jobId: string;
  readonly attempts: number;
  readonly state: CustomerState;
  readonly answer: string | null;
  readonly verified: boolean | null;
  readonly hotkey: string | null;
  readonly code: string | null;
  readonly endedAt: number | null;
  /** The node that has claimed the job; absent: nobody asks whose it is. */
  readonly node?: number;
}

const jobIdPattern = /^jb_[0-9a-f]{32}$/;

export function isJobId(text: string): boolean {
  return jobIdPattern.test(text);
}
