import { BoundedMap } from "../core/queue/boundedMap.ts";

export interface BucketOptions {
  /** Requests allowed at once. */
  readonly burst: number;
  /** Requests refilled per second. */
  readonly perSecond: number;
  /** Keys remembered; past it the least recently used is forgotten, and starts full. */
  readonly keys: number;
}

/**
 * A token bucket per key, as GCRA: one number each, the time at which the bucket would be full again. A refusal
 * costs nothing, so a caller that waits as told is served.
 */
export class Buckets {
  readonly #intervalMs: number;
  readonly #toleranceMs: number;
  readonly #fullAt: BoundedMap<string, number>;

  constructor(options: BucketOptions) {
    if (!(options.burst >= 1)) throw new RangeError(`buckets: burst ${options.burst}`);
    if (!(options.perSecond > 0)) throw new RangeError(`buckets: per second ${options.perSecond}`);
    this.#intervalMs = 1000 / options.perSecond;
    this.#toleranceMs = this.#intervalMs * (options.burst - 1);
    this.#fullAt = new BoundedMap(options.keys);
  }

  get size(): number {
    return this.#fullAt.size;
  }

  /** Keys forgotten at the bound. */
  get dropped(): number {
    return this.#fullAt.dropped;
  }

  /** 0 when a token was taken, else the milliseconds until one is available. `nowMs` never goes back. */
  take(key: string, nowMs: number): number {
    const fullAt = this.#fullAtOf(key, nowMs);
    const waitMs = fullAt - this.#toleranceMs - nowMs;
    if (waitMs > 0) return waitMs;
    this.#fullAt.set(key, fullAt + this.#intervalMs);
    return 0;
  }

  /** Takes tokens in any case; returns the milliseconds that their taker has to wait for them. */
  debit(key: string, tokens: number, nowMs: number): number {
    const fullAt = this.#fullAtOf(key, nowMs) + tokens * this.#intervalMs;
    this.#fullAt.set(key, fullAt);
    return Math.max(0, fullAt - this.#intervalMs - this.#toleranceMs - nowMs);
  }

  #fullAtOf(key: string, nowMs: number): number {
    return Math.max(this.#fullAt.get(key) ?? nowMs, nowMs);
  }
}
