/** Bounds of dialling, in bytes and ms. */
export interface DialBounds {
  /** Requests at once per miner, each on its own connection. */
  readonly capacity: number;
  /** The most miners that are dialled; further ones are left out. */
  readonly maxMiners: number;
  readonly maxResponseBytes: number;
  readonly connectMs: number;
  /** How long a miner that cannot be reached is dialled again before it counts as unreachable. */
  readonly graceMs: number;
  /** Interval at which requests past their deadline are given up, and lost ones are sent again. */
  readonly lookMs: number;
}

export interface DialOptions extends Partial<DialBounds> {
  /** Push lanes that a dialled miner works for. */
  readonly lanes: readonly string[];
  /** Whether to dial addresses of private networks, of this host and of this link too. */
  readonly allowPrivate: boolean;
}

export const dialDefaults: DialBounds = {
  // A published endpoint does not state its capacity; the cap finds it, up to this bound.
  capacity: 16,
  // As many as sixteen subnets have.
  maxMiners: 4096,
  // As one frame of a stream.
  maxResponseBytes: 1_048_576,
  connectMs: 5000,
  // As a stream has to come back: a miner that restarts takes a few seconds.
  graceMs: 10_000,
  lookMs: 1000,
};
