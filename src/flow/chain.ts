/** A miner as the chain lists it. */
export interface ChainMiner {
  readonly uid: number;
  readonly hotkey: string;
  readonly stake?: number;
  readonly ip?: string;
  readonly port?: number;
}

/** A weight on its way to the chain, which knows uids: `uid` receives it only while `hotkey` holds that uid. */
export interface UidWeight {
  readonly uid: number;
  readonly hotkey: string;
  readonly u16: number;
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
  /**
   * Submits the rows whose uid belongs to its hotkey at this moment, and returns the others, which were left out. A chain without
   * a weights call sends nothing.
   */
  submitWeights(rows: readonly UidWeight[]): Promise<readonly UidWeight[]>;
  close(): Promise<void>;
}
