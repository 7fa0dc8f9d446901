import type { ScheduleState } from "./timelock/schedule.ts";

/** A block, by height and hash (hex with 0x). */
export interface BlockRef {
  readonly number: number;
  readonly hash: string;
}

export interface FinalizedBlock extends BlockRef {
  /** Its own timestamp, Unix ms. */
  readonly timeMs: number;
}

/** One uid of a subnet, as one runtime call at one block told it. */
export interface Neuron {
  readonly uid: number;
  readonly hotkey: string;
  readonly coldkey: string;
  /** In whole units (TAO or the subnet's token): 10^-9 of what the chain holds. */
  readonly stake: number;
  readonly permit: boolean;
  /** The published address; null where there is none. */
  readonly axon: { readonly ip: string; readonly port: number } | null;
  /** The block of the last accepted weights or commit. */
  readonly lastUpdate: number;
  /** Shares of 1; 0 where the call does not tell. */
  readonly incentive: number;
  readonly dividends: number;
  /** What the last epoch paid it, in whole units; absent where the call does not tell. */
  readonly emission?: number;
}

export interface Metagraph {
  readonly netuid: number;
  readonly block: BlockRef;
  readonly tempo: number;
  readonly ownerHotkey: string | null;
  readonly neurons: readonly Neuron[];
}

/** All that decides whether weights of a hotkey would be accepted, at one block. */
export interface WeightLimits {
  readonly mechanisms: number;
  readonly neurons: number;
  /** The validator's own uid; null when it is not registered. */
  readonly uid: number | null;
  readonly permit: boolean;
  readonly isOwner: boolean;
  readonly stake: number;
  readonly stakeThreshold: number;
  readonly versionKey: number;
  /** Blocks. */
  readonly rateLimit: number;
  /** 0: never. */
  readonly lastUpdate: number;
  readonly minWeights: number;
  readonly commitReveal: boolean;
  readonly commitRevealVersion: number;
  readonly revealPeriodEpochs: number;
}

/** An entry of `WeightCommits`. */
export interface HashCommit {
  readonly hash: string;
  readonly epoch: number;
  readonly block: number;
}

/** An entry of `TimelockedWeightCommits`. */
export interface TimelockedCommit {
  readonly block: number;
  /** The ciphertext, hex with 0x. */
  readonly commit: string;
  readonly round: number;
}

/** Reads of one subnet and mechanism; each names the block that it reads at. */
export interface NodeReads {
  metagraph(at: BlockRef): Promise<Metagraph>;
  limits(at: BlockRef, hotkey: string): Promise<WeightLimits>;
  schedule(at: BlockRef): Promise<ScheduleState>;
  weightsOf(at: BlockRef, uid: number): Promise<readonly { readonly uid: number; readonly u16: number }[]>;
  hashCommits(at: BlockRef, hotkey: string): Promise<readonly HashCommit[]>;
  timelockedCommits(at: BlockRef, hotkey: string, epoch: number): Promise<readonly TimelockedCommit[]>;
  /** The signature of a round, hex with 0x; null while the chain does not have it. */
  pulse(at: BlockRef, round: number): Promise<string | null>;
  lastPulseRound(at: BlockRef): Promise<number>;
}

/** The calls that Assay makes; netuid and mechanism are the node's. */
export type WeightCall =
  | {
      readonly kind: "set";
      readonly uids: readonly number[];
      readonly values: readonly number[];
      readonly versionKey: number;
    }
  | { readonly kind: "commit"; readonly hash: string }
  | {
      readonly kind: "reveal";
      readonly uids: readonly number[];
      readonly values: readonly number[];
      readonly salt: readonly number[];
      readonly versionKey: number;
    }
  | {
      readonly kind: "timelocked";
      readonly commit: string;
      readonly round: number;
      readonly commitRevealVersion: number;
    };

export interface SignedCall {
  /** Hex with 0x. */
  readonly bytes: string;
  readonly hash: string;
  /** The last block that can include it. */
  readonly untilBlock: number;
}

/** How a broadcast ended, as far as the node told; `unknown` says nothing about the chain. */
export type BroadcastEnd =
  | { readonly kind: "finalized"; readonly block: BlockRef; readonly error: string | null }
  | { readonly kind: "refused"; readonly error: string; readonly isNonce: boolean }
  | { readonly kind: "unknown"; readonly why: string };

/** Publishes where the validator can be reached; any protocol, no metadata. */
export interface ServeCall {
  readonly kind: "serve";
  readonly ip: string;
  readonly port: number;
}

/** Extrinsics of the validator's hotkey. */
export interface NodeCalls {
  /** The nonce of the next extrinsic, the pool's included. */
  nextNonce(): Promise<number>;
  /** The nonce in the state of a block: every extrinsic with a lower one is included by then, or never will be. */
  nonceAt(at: BlockRef): Promise<number>;
  /** Mortal: valid from `at` for `blocks` blocks (a power of two). */
  sign(
    call: WeightCall | ServeCall,
    options: { readonly nonce: number; readonly at: BlockRef; readonly blocks: number },
  ): Promise<SignedCall>;
  /** Sends and watches until finalised, refused, or the signal or a deadline ends the watch. Never rejects. */
  broadcast(bytes: string, signal: AbortSignal): Promise<BroadcastEnd>;
}

/** Endpoints that gave different hashes for one finalised height. */
export interface Disagreement {
  readonly number: number;
  readonly hashes: readonly { readonly endpoint: string; readonly hash: string }[];
}

/** A subtensor node, whichever endpoint serves it. Every read has a deadline; failures reject with `chain_unavailable`. */
export interface SubtensorNode extends NodeReads, NodeCalls {
  /** The latest finalised block; null while unknown or stale. */
  finalized(): FinalizedBlock | null;
  /** While it is not null no weights are sent. */
  disagreement(): Disagreement | null;
  /** The address that a hotkey has published; null for none. */
  axonOf(at: BlockRef, hotkey: string): Promise<{ readonly ip: string; readonly port: number } | null>;
}
