import type { CustomerJob } from "./job.ts";
import type { PendingSubmission } from "./submission.ts";

/** A submission that a node has taken to check it. */
export interface ClaimedSubmission extends PendingSubmission {
  /** How often it was claimed, this time included: a row whose check kills its process is known by it. */
  readonly claims: number;
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
  claimCustomerJobs(node: number, limit: number): Promise<CustomerJob[]>;
}
