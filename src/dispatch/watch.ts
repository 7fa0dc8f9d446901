import type { Clock } from "../core/clock.ts";
import type { KindTimes } from "./kindTimes.ts";
import { limitOf, type MinerLimit } from "./miners/limit.ts";
import type { Miner } from "./miners/miner.ts";
import type { MinerRegistry } from "./miners/minerRegistry.ts";

/** One miner as its operator sees it. */
export interface WatchedMiner {
  readonly hotkey: string;
  /** Null without a link. */
  readonly transport: "stream" | "dial" | null;
  readonly inFlight: number;
  /** In force, and as learned. */
  readonly cap: number;
  readonly learned: number;
  /** What it wants at most; null without a link. */
  readonly capacity: number | null;
  readonly limit: MinerLimit;
}

/** How long miners have for one kind of work. */
export interface KindDeadline {
  readonly kind: string;
  readonly deadlineMs: number;
  /** The value of one answer; 0 while too few are verified. */
  readonly referenceMs: number;
  /** Verified answers that both come from. */
  readonly verified: number;
}

function watched(miner: Miner, now: number): WatchedMiner {
  return {
    hotkey: miner.hotkey,
    transport: miner.link?.transport ?? null,
    inFlight: miner.inFlight.size,
    cap: miner.cap.usable(),
    learned: miner.cap.learned,
    capacity: miner.link?.capacity ?? null,
    limit: limitOf(miner, now),
  };
}

/** What dispatch tells of single miners and kinds; it changes nothing. */
export class DispatchWatch {
  readonly #registry: MinerRegistry;
  readonly #times: KindTimes;
  readonly #clock: Clock;

  constructor(registry: MinerRegistry, times: KindTimes, clock: Clock) {
    this.#registry = registry;
    this.#times = times;
    this.#clock = clock;
  }

  /** Miners with a link, then those that had one; at most this many. */
  miners(most: number): WatchedMiner[] {
    const now = this.#clock.monotonicMs();
    const known = [...this.#registry.all()].sort((a, b) => Number(b.link !== null) - Number(a.link !== null));
    return known.slice(0, most).map((miner) => watched(miner, now));
  }

  /** Null for one that never had a link. */
  miner(hotkey: string): WatchedMiner | null {
    const miner = this.#registry.get(hotkey);
    return miner === undefined ? null : watched(miner, this.#clock.monotonicMs());
  }

  deadlines(kinds: readonly string[]): KindDeadline[] {
    return kinds.map((kind) => ({
      kind,
      deadlineMs: this.#times.deadlineMs(kind),
      referenceMs: this.#times.referenceMs(kind),
      verified: this.#times.verifiedOf(kind),
    }));
  }
}
