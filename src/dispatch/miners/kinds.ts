import type { PushLane } from "../../flow/lane.ts";

/** After this time a kind that a miner refused is tried once more: it may have got it meanwhile. */
const REFUSED_MS = 600_000;

/** The kinds of work that a miner has: those that it announced, or all until it refuses one. */
export class MinerKinds {
  #announced: ReadonlySet<string> | null = null;
  /** Refused kinds, and until when; monotonic ms. At most those that were sent, so the validator's own. */
  readonly #refused = new Map<string, number>();
  readonly #benchmarks = new Map<PushLane, readonly string[]>();

  /** A new link. Null: nothing was announced, which means all. */
  announce(kinds: ReadonlySet<string> | null): void {
    this.#announced = kinds;
    this.#refused.clear();
    this.#benchmarks.clear();
  }

  has(kind: string): boolean {
    if (this.#announced !== null) return this.#announced.has(kind);
    return !this.#refused.has(kind);
  }

  /** The miner says that it has no such kind. False when it had announced it: then it is an ordinary failure. */
  refused(kind: string, nowMs: number): boolean {
    if (this.#announced !== null) return false;
    this.#refused.set(kind, nowMs + REFUSED_MS);
    this.#benchmarks.clear();
    return true;
  }

  /** Must be called now and then. */
  forgive(nowMs: number): void {
    for (const [kind, until] of this.#refused) {
      if (nowMs < until) continue;
      this.#refused.delete(kind);
      this.#benchmarks.clear();
    }
  }

  /** The kinds of the lane that have benchmarks and that the miner has. */
  benchmarksOf(lane: PushLane): readonly string[] {
    let kinds = this.#benchmarks.get(lane);
    if (kinds === undefined) {
      kinds = lane.benchmarks.filter((kind) => this.has(kind));
      this.#benchmarks.set(lane, kinds);
    }
    return kinds;
  }
}
