import type { CustomerJob } from "./job.ts";
import type { PendingSubmission } from "./submission.ts";

/** A submission that a node has taken to check it. */
export interface ClaimedSubmission extends PendingSubmission {
  /** How often it was claimed, this time included: a row whose check kills its process is known by it. */
  readonly claims: number;
}

/** A kind of work of one lane. */
export interface LaneKind {
  readonly lane: string;
  readonly kind: string;
}

/** Which queued jobs a node asks for; without it, whichever there are. */
export interface JobChoice {
  /** Only these kinds of work. */
  readonly kinds?: readonly LaneKind[];
  /** None of these ids. */
  readonly except?: ReadonlySet<string>;
  /** Only those whose deadline is at or before this time, Unix ms. */
  readonly dueBy?: number;
  /** The node's own too, for when it does not know whether a call before came to a commit. */
  readonly own?: true;
}

/** Work that nodes share out among themselves. A node whose lease is over gets none. */
export interface Claims {
  /**
   * Makes undecided rows the node's own: those of nobody and of nodes whose lease is over, and those that it owns already, except
   * those named, which it has in hand. Those that were claimed least come first, then the oldest.
   */
  claim(node: number, limit: number, except: ReadonlySet<string>): Promise<ClaimedSubmission[]>;
  /** How many rows are undecided, counted up to the limit. */
  undecided(limit: number): Promise<number>;
  /** Makes queued jobs the node's own: those of nobody and of nodes whose lease is over, oldest first. */
  claimCustomerJobs(node: number, limit: number, choice?: JobChoice): Promise<CustomerJob[]>;
  /** Gives queued jobs of the node back to nobody. */
  releaseCustomerJobs(node: number, jobIds: readonly string[]): Promise<void>;
  /** Which of these are not queued any more, or not the node's. */
  lostCustomerJobs(node: number, jobIds: readonly string[]): Promise<string[]>;
}
