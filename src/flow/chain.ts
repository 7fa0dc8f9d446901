/** A miner as the chain lists it. */
export interface ChainMiner {
  readonly uid: number;
  readonly hotkey: string;
  /** In whole units of the subnet's token, or TAO. */
  readonly stake?: number;
  /** What its last tempo paid it, in the unit of the stake. */
  readonly emission?: number;
  readonly ip?: string;
  readonly port?: number;
  readonly coldkey?: string;
  /** Whether it may set weights. */
  readonly permit?: boolean;
  /** The block of its last weights or commit. */
  readonly lastUpdate?: number;
}

/** Why the chain cannot be relied on, for an operator. */
export interface ChainFault {
  /** The name that alerts know it by. */
  readonly name: string;
  readonly what: string;
  readonly why: string;
  readonly remedy: string;
}

/** A condition that an operator must look at although work goes on, by the name that alerts know it by. */
export interface ChainAlarm {
  readonly name: string;
  readonly text: string;
}

/** A weight on its way to the chain, which knows uids: `uid` receives it only while `hotkey` holds that uid. */
export interface UidWeight {
  readonly uid: number;
  readonly hotkey: string;
  readonly u16: number;
}

/** What a vector asks the chain to hold. */
export interface WeightOrder {
  /** The weighing period of the vector. */
  readonly period: number;
  readonly rows: readonly UidWeight[];
  /** The row among `rows` that is the burn share; null without one. */
  readonly burnHotkey: string | null;
}

/** Weights are stopped until an operator says go on. */
export interface WeightsStopped {
  readonly code: string;
  /** The block that shows why. */
  readonly block: number;
  /** Unix ms. */
  readonly at: number;
}

export interface OpenWeightsAlarm {
  readonly code: string;
  readonly text: string;
  /** The finalised height at which it was raised. */
  readonly since_block: number;
}

/** How weights stand at the last finalised block that was looked at. */
export interface ChainWeightsStatus {
  readonly block: number | null;
  /** Why nothing is sent; null when nothing hinders. */
  readonly waits: string | null;
  /** The block from which on it can be tried again; null when no height tells. */
  readonly retry_at: number | null;
  readonly next_epoch_block: number | null;
  /** The last weights that were read back. */
  readonly last_confirmed: { readonly period: number; readonly block: number } | null;
  readonly stopped: WeightsStopped | null;
  readonly alarms: readonly OpenWeightsAlarm[];
}

/** What the chain held for the validator when its adapter looked last. */
export interface HeldWeights {
  readonly block: number;
  readonly uid: number | null;
  readonly weights: readonly { readonly uid: number; readonly u16: number }[];
  readonly hash_commits: readonly { readonly hash: string; readonly epoch: number; readonly block: number }[];
  readonly timelocked_commits: readonly {
    readonly epoch: number;
    readonly block: number;
    readonly round: number;
  }[];
}

/** The way of a validator's weights to a chain that keeps them. */
export interface ChainWeights {
  status(): ChainWeightsStatus;
  /** Goes on after an alarm that stopped the weights. */
  resume(reason: string): Promise<void>;
  /** Null before the first look. */
  held(): HeldWeights | null;
}

/** What a validator reads from and writes to its chain. */
export interface Chain {
  readonly kind: string;
  /** Height, or null while unknown: then nothing is judged or dispatched. */
  block(): number | null;
  /** Blocks per tempo; 360 while unknown. */
  tempo(): number;
  /** Registered miners, or null where anyone may take part. */
  miners(): readonly ChainMiner[] | null;
  /** Everyone registered, also who is no miner, such as validators; absent: the miners. */
  registered?(): readonly ChainMiner[] | null;
  isRegistered(hotkey: string): boolean;
  /** Absent where the chain keeps no weights. */
  readonly weights?: ChainWeights | undefined;
  /** Unix ms by the chain's own blocks, null while unknown; absent where the height follows this host's clock. */
  timeMs?(): number | null;
  /** What keeps the validator from being ready; absent where nothing can. */
  faults?(): readonly ChainFault[];
  alarms?(): readonly ChainAlarm[];
  /** Reads height and miners again; called on a timer. */
  refresh(): Promise<void>;
  /** The subnet owner's hotkey; null while unknown, absent where there is no owner. */
  ownerHotkey?(): string | null;
  /**
   * Takes the rows whose hotkey is registered over, and returns those that were left out already. Nothing is sent while the burn's
   * hotkey is not registered: what it would get is nobody else's. The order is durable when this resolves; a period is sent once.
   * A chain without a weights call sends nothing.
   */
  submitWeights(order: WeightOrder): Promise<readonly UidWeight[]>;
  /** Ends what is under way at once, before the chain is closed: a node that hangs must not keep a stopping process. */
  stop?(): void;
  close(): Promise<void>;
}
