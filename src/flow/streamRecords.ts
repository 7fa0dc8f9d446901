/** A stream of a miner as the process knows it that serves it. */
export interface StreamTaken {
  readonly hotkey: string;
  readonly number: number;
}

/** One stream per hotkey over all processes: the newest wins. */
export interface StreamRecords {
  /** Makes the node serve the hotkey; returns a number greater than any earlier one. Rejects with `fenced_off` when its lease is over. */
  takeStream(hotkey: string, node: number): Promise<number>;
  /** The hotkeys of those streams that another node, which still lives, has taken since. */
  lostStreams(node: number, streams: readonly StreamTaken[]): Promise<string[]>;
  /** Those hotkeys of which no node that still lives has a stream on record. */
  unservedHotkeys(hotkeys: readonly string[]): Promise<string[]>;
  /** Nothing when the hotkey has a newer stream. */
  dropStream(hotkey: string, number: number): Promise<void>;
}
