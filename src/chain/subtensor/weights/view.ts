import type {
  FinalizedBlock,
  HashCommit,
  Metagraph,
  NodeReads,
  TimelockedCommit,
  WeightLimits,
} from "../node.ts";
import type { ScheduleState } from "../timelock/schedule.ts";

/** What a finalised block shows of the validator's weights. */
export interface ChainView {
  readonly block: FinalizedBlock;
  readonly limits: WeightLimits;
  readonly schedule: ScheduleState;
  /** Of the hotkey's account: extrinsics with a lower one are included by then, or never will be. */
  readonly nonce: number;
  /** Of the validator's uid; empty without one. */
  readonly weights: Awaited<ReturnType<NodeReads["weightsOf"]>>;
  readonly hashCommits: readonly HashCommit[];
}

/** An own timelocked commit with the epoch that it is stored under. */
export interface FoundCommit {
  readonly epoch: number;
  readonly commit: TimelockedCommit;
}

/** The view with what one plan needs beside it. */
export interface PlanView extends ChainView {
  /** Null where no step of the plan needs it. */
  readonly metagraph: Metagraph | null;
  /** Own timelocked commits of the epochs that the plan's can be in. */
  readonly timelocked: readonly FoundCommit[];
  /** The beacon's signature for the plan's round, hex with 0x; null while the chain does not have it, or where no step needs it. */
  readonly pulse: string | null;
  readonly lastPulseRound: number;
}
