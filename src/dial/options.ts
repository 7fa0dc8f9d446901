/** Bounds of dialling, in bytes and ms. */
export interface DialBounds {
  /** Requests at once at one miner, each on a connection of its own. */
  readonly capacity: number;
  /** Miners that are dialled; those past it are left out. */
  readonly maxMiners: number;
  readonly maxResponseBytes: number;
  readonly connectMs: number;
  /** How often requests past their deadline are looked for. */
  readonly lookMs: number;
}

export interface DialOptions extends Partial<DialBounds> {
  /** Push lanes that a dialled miner works for. */
  readonly lanes: readonly string[];
  /** Also dial addresses of private networks, of this host and of this link. */
  readonly allowPrivate: boolean;
}

export const dialDefaults: DialBounds = {
  // A published endpoint says nothing of how much it takes; the cap finds out up to here.
  capacity: 16,
  // Sixteen subnets' worth.
  maxMiners: 4096,
  // As one frame of a stream.
  maxResponseBytes: 1_048_576,
  connectMs: 5000,
  lookMs: 1000,
};
