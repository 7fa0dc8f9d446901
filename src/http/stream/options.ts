/** Bounds of the streams, in bytes and ms; each has a default in `streamDefaults`. */
export interface StreamOptions {
  /** Streams at once, including those still being opened. */
  readonly maxStreams: number;
  /** Streams of one address, IPv6 by /64, including those still being opened. */
  readonly perAddress: number;
  /** The longest incoming frame; a longer one ends its stream. */
  readonly maxFrameBytes: number;
  /** Unsent bytes from which on a stream counts as full; it is free again below a quarter. */
  readonly highWaterBytes: number;
  /** From the upgrade to the `hello`. */
  readonly helloMs: number;
  readonly pingMs: number;
  /** Without any frame or pong for this long, the miner counts as gone. */
  readonly silentMs: number;
  /** When its stream is full for this long, the miner counts as not reading. */
  readonly slowMs: number;
  /** From the first byte of a message to its last. */
  readonly messageMs: number;
  /** Faulty frames that one stream may send in a minute. */
  readonly faultsPerMinute: number;
  /** Pings that one stream may send in a minute; each further one is a faulty frame. */
  readonly pingsPerMinute: number;
  /** Interval of the checks of the time bounds. */
  readonly lookMs: number;
}

export const streamDefaults: StreamOptions = {
  // A subnet has 256 miners; each stream costs some 30 KiB.
  maxStreams: 4096,
  perAddress: 64,
  // A proof takes about 1 KiB; a frame is buffered whole while it arrives.
  maxFrameBytes: 1_048_576,
  // Some 100 jobs of 2 KiB: more than a miner that keeps up ever leaves unread.
  highWaterBytes: 262_144,
  helloMs: 10_000,
  pingMs: 20_000,
  silentMs: 60_000,
  slowMs: 30_000,
  // The largest message at 50 KiB/s.
  messageMs: 20_000,
  faultsPerMinute: 100,
  pingsPerMinute: 60,
  lookMs: 1000,
};
