/** Bounds of dialling, in bytes and ms. */
export interface DialBounds {
  /** Requests at once per miner, each on its own connection. */
  readonly capacity: number;
  /** The most miners that are dialled; further ones are left out. */
  readonly maxMiners: number;
  readonly maxResponseBytes: number;
  readonly connectMs: number;
  /** Interval of the search for requests past their deadline. */
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
  lookMs: 1000,
};
