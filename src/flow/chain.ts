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
  /** Height, or null while it is unknown: then nothing is judged and nothing dispatched. */
  block(): number | null;
  /** Blocks a tempo; 360 while unknown. */
  tempo(): number;
  /** Registered miners, or null where anyone may take part. */
  miners(): readonly ChainMiner[] | null;
  isRegistered(hotkey: string): boolean;
  /** Re-reads what can change; called on a timer. */
  refresh(): Promise<void>;
  /** Hands in a signed vector; a chain without a weights call does nothing. */
  submitWeights(uids: readonly number[], weights: readonly number[]): Promise<void>;
  close(): Promise<void>;
}
