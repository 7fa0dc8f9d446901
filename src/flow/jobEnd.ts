import type { JobAnswer } from "./job.ts";
import type { Verdict } from "./verdict.ts";

/** How a miner fails a job; it costs the miner. */
export type JobFailure =
  /** The miner said so, or what it sent was no answer. */
  | "handler_error"
  /** No answer within the deadline. */
  | "timeout"
  /** The miner could not be reached, or was lost and did not come back. */
  | "unreachable";

/** Why a job is taken from a miner through no fault that this job shows. */
export type Withdrawal =
  /** The miner is out of the network. */
  | "suspended"
  | "validator_stopped"
  /** The miner was gone before the job could be sent. */
  | "unsent";

/** How a job ends at a miner: exactly once, and its slot is free then, whatever follows. */
export type JobEnd =
  | { readonly kind: "answered"; readonly answer: JobAnswer }
  | { readonly kind: "failed"; readonly failure: JobFailure }
  | { readonly kind: "withdrawn"; readonly why: Withdrawal }
  /** Its draw could not be recorded, so it was never sent. */
  | { readonly kind: "not_recorded" };

/** What became of a sampled answer. `struck`: a proven cheat. */
export type Conclusion = "accepted" | "rejected" | "struck" | "void";

/** The second end of a sampled answer: it was checked, and what that means is on record. */
export interface CheckedEnd {
  readonly kind: "concluded";
  readonly conclusion: Conclusion;
  readonly verdict: Verdict;
}

/** Why a sampled job has no answer, as the log has it. */
export type UnansweredCode = JobFailure | Withdrawal;
