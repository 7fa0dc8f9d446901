/** A miner as the chain lists it. */
export interface ChainMiner {
  readonly uid: number;
  readonly hotkey: string;
  readonly stake?: number;
  readonly ip?: string;
  readonly port?: number;
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
  isRegistered(hotkey: string): boolean;
  /** Unix ms by the chain's own blocks, null while unknown; absent where the height follows this host's clock. */
  timeMs?(): number | null;
  /** Reads height and miners again; called on a timer. */
  refresh(): Promise<void>;
  /** Submits a signed vector; a chain without a weights call does nothing. */
  submitWeights(uids: readonly number[], weights: readonly number[]): Promise<void>;
  close(): Promise<void>;
}
