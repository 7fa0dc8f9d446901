import type { UidWeight } from "./chain.ts";
import type { Fence } from "./leases.ts";

/** How weights reach a chain: openly, as a hash that is revealed later, or encrypted to a future round of a randomness beacon. */
export type WeightMethod = "set" | "commit" | "timelocked";

/**
 * `planned`: on record, and nothing is under way. `submitted`: an extrinsic may be under way. `committed`: the chain holds the commit.
 * `revealed`: the commit was opened. `confirmed`: the weights were read back from a finalised block. `missed`: never will be.
 */
export type PlanState = "planned" | "submitted" | "committed" | "revealed" | "confirmed" | "missed";

/** A signed extrinsic, kept before it is sent: sending the same bytes again cannot be included twice. */
export interface SentExtrinsic {
  readonly purpose: "weights" | "reveal";
  /** Hex with 0x. */
  readonly bytes: string;
  /** Blake2b-256 of the bytes, hex with 0x. */
  readonly hash: string;
  readonly nonce: number;
  /** The finalised block that it was signed at, and the last one that can include it. */
  readonly from_block: number;
  readonly until_block: number;
}

export interface PlanStep {
  readonly state: PlanState;
  /** Finalised height when the state was reached. */
  readonly block: number;
  /** Unix ms. */
  readonly at: number;
  readonly reason: string | null;
}

/** The way of one period's weights to the chain; all that a restart needs to go on. */
export interface WeightPlan {
  readonly version: 1;
  readonly period: number;
  readonly netuid: number;
  readonly mechanism: number;
  readonly hotkey: string;
  readonly state: PlanState;
  /** Why it waits, was tried again or was missed. */
  readonly reason: string | null;
  readonly rows: readonly UidWeight[];
  readonly burn_hotkey: string | null;
  /** Null until the first extrinsic is made, which decides it. */
  readonly method: WeightMethod | null;
  /** What was sent, uids resolved at the block of submission. */
  readonly uids: readonly number[];
  /** Who held each of `uids` then. */
  readonly hotkeys: readonly string[];
  readonly values: readonly number[];
  readonly version_key: number;
  /** Rows that were not sent, since their uid had another hotkey by then. */
  readonly left_out: readonly UidWeight[];
  /** Random u16 of a hash commit. */
  readonly salt: readonly number[] | null;
  /** The hash, or the ciphertext, hex with 0x. */
  readonly commit: string | null;
  /** The round of the beacon that opens it. */
  readonly round: number | null;
  /** The block that included the weights or their commit, and the epoch of the subnet that a commit is stored under. */
  readonly commit_block: number | null;
  readonly commit_epoch: number | null;
  /** The block whose state shows the weights. */
  readonly confirmed_block: number | null;
  /** Extrinsics made so far, the last one last; at most 16, the oldest dropped. */
  readonly extrinsics: readonly SentExtrinsic[];
  readonly attempts: number;
  /** At most 64 steps, the oldest after the first dropped. */
  readonly history: readonly PlanStep[];
}

/** Where plans are kept; every write is durable when it resolves. */
export interface WeightPlans {
  weightPlan(period: number): Promise<WeightPlan | null>;
  /** Neither confirmed nor missed, the oldest first. */
  openWeightPlans(): Promise<WeightPlan[]>;
  /** The latest first, from before the given period (or the latest). */
  weightPlans(before: number | null, limit: number): Promise<WeightPlan[]>;
  saveWeightPlan(plan: WeightPlan, fence?: Fence): Promise<void>;
}
