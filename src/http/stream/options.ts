/** Bounds of the streams, in bytes and ms; each has a default in `streamDefaults`. */
export interface StreamOptions {
  /** Streams at once, those that are still being opened included. */
  readonly maxStreams: number;
  /** Of one incoming frame; a longer one ends its stream. */
  readonly maxFrameBytes: number;
  /** What may wait to be sent before a stream counts as full; it is free again below a quarter. */
  readonly highWaterBytes: number;
  /** From the upgrade to the `hello`. */
  readonly helloMs: number;
  readonly pingMs: number;
  /** Without any frame or pong for this long, the miner counts as gone. */
  readonly silentMs: number;
  /** Full for this long, the miner counts as one that does not read. */
  readonly slowMs: number;
  /** Faulty frames that one stream may send in a minute. */
  readonly faultsPerMinute: number;
  /** Pings that one stream may send in a minute; each further one is a faulty frame. */
  readonly pingsPerMinute: number;
  /** How often the bounds in time are looked at. */
  readonly lookMs: number;
}

export const streamDefaults: StreamOptions = {
  // A subnet has 256 miners; each stream costs some 30 KiB.
  maxStreams: 4096,
  // A proof takes about 1 KiB; a frame is held whole while it comes in.
  maxFrameBytes: 1_048_576,
  // Some 100 jobs of 2 KiB: more than a reader that keeps up ever leaves waiting.
  highWaterBytes: 262_144,
  helloMs: 10_000,
  pingMs: 20_000,
  silentMs: 60_000,
  slowMs: 30_000,
  faultsPerMinute: 100,
  pingsPerMinute: 60,
  lookMs: 1000,
};
