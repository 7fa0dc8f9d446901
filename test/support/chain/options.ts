/** A neuron as a test names it. Accounts are SS58 or hex. */
export interface NeuronOptions {
  readonly hotkey: string;
  readonly coldkey?: string;
  /** Whole units; the chain holds 10^9 per unit. */
  readonly stake?: number;
  readonly permit?: boolean;
  readonly axon?: { readonly ip: string; readonly port: number };
  readonly lastUpdate?: number;
  readonly registeredAt?: number;
  /** Shares of 65535. */
  readonly incentive?: number;
  readonly dividends?: number;
}

export interface SubnetOptions {
  readonly netuid: number;
  readonly neurons: readonly NeuronOptions[];
  readonly ownerHotkey?: string;
  readonly ownerColdkey?: string;
  readonly mechanisms?: number;
  readonly tempo?: number;
  /** By default the height of the first block. */
  readonly lastEpochBlock?: number;
  readonly subnetEpochIndex?: number;
  readonly blocksSinceLastStep?: number;
  readonly commitReveal?: boolean;
  readonly commitRevealVersion?: number;
  readonly revealPeriodEpochs?: number;
  readonly rateLimit?: number;
  readonly versionKey?: number;
  readonly minAllowedWeights?: number;
  /** Whole units. */
  readonly stakeThreshold?: number;
  readonly servingRateLimit?: number;
}

/** All that a double starts with; JSON, since it travels to another process. */
export interface ChainDoubleOptions {
  readonly subnets: readonly SubnetOptions[];
  /** 0 for a free one; further endpoints take free ports. */
  readonly port?: number;
  /** Addresses that serve the same chain, each with faults of its own. */
  readonly endpoints?: number;
  /** A file with the metadata of a real runtime; the double's own without it. */
  readonly metadata?: string;
  /** Makes a block each so many ms; 0 (default): only when told. */
  readonly blockMs?: number;
  /** How far the finalised block is behind the best. */
  readonly finalityLag?: number;
  /** The height of the first block. */
  readonly start?: number;
  /** The time of the first block, each next one `slotMs` later; without it blocks carry the machine's time. */
  readonly startTimeMs?: number;
  readonly slotMs?: number;
  /** The hash that is told for block 0. */
  readonly genesis?: string;
  /** Part of every block hash: doubles with other salts disagree. */
  readonly salt?: string;
  /** How many blocks keep their state. */
  readonly keepStates?: number;
  /** Where a weight call that comes too early is refused: newer runtimes do not even take it into the pool. */
  readonly rateLimitAt?: "validity" | "dispatch";
  /** The key of a beacon of our own, hex; without it rounds have only the signatures that are known. */
  readonly beaconSecret?: string;
}

/** A genesis of nobody's chain. */
export const doubleGenesis = "0xa55a70000000000000000000000000000000000000000000000000000000d0b1";

export const chainDefaults = {
  endpoints: 1,
  blockMs: 0,
  finalityLag: 2,
  start: 1000,
  slotMs: 12_000,
  keepStates: 64,
  /** A weight commit can be this long. */
  maxCommitBytes: 5000,
  maxOpenCommits: 10,
} as const;

export const RAO = 1_000_000_000;
