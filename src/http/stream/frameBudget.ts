import type { FrameCounts } from "./frameWalk.ts";

/** A kind of what a stream may send only so much of. */
export type FrameKind = keyof FrameCounts;

export interface FrameLimit {
  /** At once. */
  readonly burst: number;
  readonly perSecond: number;
  /** More for each job that the miner is sent. */
  readonly perJob: number;
}

export type FrameLimits = Readonly<Record<FrameKind, FrameLimit>>;

/**
 * A miner that answers what it is sent is far below all of these at any rate: every job brings the frames and bytes of its largest answer.
 * What comes without a job is a ping in 20 s, its pong, and mistakes.
 */
export function frameLimits(maxFrameBytes: number): FrameLimits {
  const control = { burst: 120, perSecond: 2, perJob: 0 };
  return {
    data: { burst: 300, perSecond: 10, perJob: 2 },
    pings: control,
    pongs: control,
    bytes: { burst: 4 * maxFrameBytes, perSecond: 65_536, perJob: maxFrameBytes },
  };
}

/** Unused allowance of jobs is kept up to this many times the burst. */
const mostBursts = 64;

/** A token bucket that jobs fill as well as time. */
class Allowance {
  readonly #limit: FrameLimit;
  #left: number;
  #atMs: number;

  constructor(limit: FrameLimit, nowMs: number) {
    this.#limit = limit;
    this.#left = limit.burst;
    this.#atMs = nowMs;
  }

  job(): void {
    const { burst, perJob } = this.#limit;
    this.#left = Math.min(this.#left + perJob, mostBursts * burst);
  }

  /** False when there is not enough; then nothing is taken. */
  take(count: number, nowMs: number): boolean {
    const { burst, perSecond } = this.#limit;
    const refilled = this.#left + ((nowMs - this.#atMs) / 1000) * perSecond;
    this.#left = Math.max(this.#left, Math.min(refilled, burst));
    this.#atMs = nowMs;
    if (count > this.#left) return false;
    this.#left -= count;
    return true;
  }
}

/** What one stream may send, by kind. */
export class FrameBudget {
  readonly #allowances: readonly (readonly [FrameKind, Allowance])[];

  constructor(limits: FrameLimits, nowMs: number) {
    const kinds = Object.keys(limits) as FrameKind[];
    this.#allowances = kinds.map((kind) => [kind, new Allowance(limits[kind], nowMs)]);
  }

  /** The miner was sent a job. */
  job(): void {
    for (const [, allowance] of this.#allowances) allowance.job();
  }

  /** The kind of which too much was sent, or null. `nowMs` never goes back. */
  take(counts: FrameCounts, nowMs: number): FrameKind | null {
    const over = this.#allowances.find(([kind, allowance]) => !allowance.take(counts[kind], nowMs));
    return over?.[0] ?? null;
  }
}
