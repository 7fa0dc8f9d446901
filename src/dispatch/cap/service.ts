import { capRules } from "./rules.ts";

/** The best time of one kind at one miner. */
interface Best {
  ms: number;
  /** When it was last met or beaten. */
  at: number;
  /** The fastest clean sample since then. */
  next: number;
  /** When the kind was last delivered. */
  seenAt: number;
}

/**
 * A miner's own best service times, of each kind and over its mix of kinds. What the miner queues on our account makes answers
 * later, never faster: so a best time is what a job takes when nothing is in its way.
 */
export class OwnBest {
  readonly #kinds = new Map<string, Best>();
  readonly #last = new Float64Array(capRules.bests);
  #count = 0;
  /** Null until it is asked for after a delivery. */
  #typicalMs: number | null = null;

  /** `clean`: the cap did not bind, so our own load did not make this one wait; only such a sample lets a best time rise. */
  delivered(nowMs: number, kind: string, serviceMs: number, clean: boolean): void {
    const best = this.#kinds.get(kind) ?? this.#begin(nowMs, kind, serviceMs);
    best.seenAt = nowMs;
    if (serviceMs <= best.ms) {
      renew(best, nowMs, serviceMs);
    } else {
      if (clean && serviceMs < best.next) best.next = serviceMs;
      if (nowMs - best.at >= capRules.bestMs && best.next < Number.POSITIVE_INFINITY)
        renew(best, nowMs, best.next);
    }
    this.#last[this.#count++ % capRules.bests] = best.ms;
    this.#typicalMs = null;
  }

  /** Median of the best times of the last 64 deliveries, ms; 0 before the first. */
  typicalMs(): number {
    const filled = Math.min(this.#count, capRules.bests);
    this.#typicalMs ??= this.#last.slice(0, filled).sort()[filled >> 1] ?? 0;
    return this.#typicalMs;
  }

  #begin(nowMs: number, kind: string, ms: number): Best {
    if (this.#kinds.size >= capRules.kinds) this.#forgetOldest();
    const best = { ms, at: nowMs, next: Number.POSITIVE_INFINITY, seenAt: nowMs };
    this.#kinds.set(kind, best);
    return best;
  }

  #forgetOldest(): void {
    let oldest = "";
    let seenAt = Number.POSITIVE_INFINITY;
    for (const [kind, best] of this.#kinds) {
      if (best.seenAt >= seenAt) continue;
      oldest = kind;
      seenAt = best.seenAt;
    }
    this.#kinds.delete(oldest);
  }
}

function renew(best: Best, nowMs: number, ms: number): void {
  best.ms = ms;
  best.at = nowMs;
  best.next = Number.POSITIVE_INFINITY;
}
