import type { JobAnswer } from "./job.ts";
import type { Verdict } from "./verdict.ts";

/** How a miner fails a job, at its own cost. */
export type JobFailure =
  /** The miner reported a failure, or sent something that is not an answer. */
  | "handler_error"
  /** No answer within the deadline. */
  | "timeout"
  /** The miner could not be reached, or was lost and did not come back. */
  | "unreachable"
  /** The miner has opened a stream at another process of the validator. */
  | "moved";

/** Why a job is taken from a miner without counting as its failure. */
export type Withdrawal =
  /** The miner is out of the network, or a cheat of it is being recorded. */
  | "suspended"
  | "validator_stopped"
  /** The miner was gone before the job could be sent. */
  | "unsent"
  /** The miner does not have this kind of work, and never said that it had. */
  | "kind_unknown"
  /** Another process of the validator dials the miner from now on. */
  | "handed_over";

/** How a job ends at a miner: exactly once, which frees its slot. */
export type JobEnd =
  | { readonly kind: "answered"; readonly answer: JobAnswer }
  | { readonly kind: "failed"; readonly failure: JobFailure }
  | { readonly kind: "withdrawn"; readonly why: Withdrawal }
  /** Its draw could not be recorded, so it was never sent. */
  | { readonly kind: "not_recorded" };

/** The outcome of a sampled answer, as it is on record. `struck`: a proven cheat; `void` also when no end could be recorded. */
export type Conclusion = "accepted" | "rejected" | "struck" | "void";

/** The second end of a sampled answer: it was checked, and the conclusion is recorded. */
export interface CheckedEnd {
  readonly kind: "concluded";
  readonly conclusion: Conclusion;
  readonly verdict: Verdict;
}

/** Why a sampled job has no answer, as the epoch's log records it. */
export type UnansweredCode = JobFailure | Withdrawal;
