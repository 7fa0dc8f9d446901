import { capRules } from "./rules.ts";

const { keptBins, stepMs } = capRules;

/** A service time found by trial: slots that one delivery per ms takes while nothing waits. */
interface Proven {
  readonly serviceMs: number;
  /** The cap at which it was found. */
  readonly cap: number;
  readonly until: number;
}

/**
 * The jobs in flight that the best delivered rate needs when nothing waits in the miner's queue: rate times service time. The
 * service time is the miner's own best, or the one found by trial where times spread so widely that the best is not typical.
 */
export class CapTarget {
  readonly #rate = new DeliveryRate();
  readonly #best = new OwnBest();
  #proven: Proven | null = null;

  delivered(atMs: number, kind: string, serviceMs: number, clean: boolean): void {
    this.#best.delivered(atMs, kind, serviceMs, clean);
    this.#rate.add(atMs);
  }

  /** Jobs in flight, between 1 and the bound on caps; not whole. */
  at(nowMs: number, headroom: number): number {
    if (this.#proven !== null && nowMs >= this.#proven.until) this.#proven = null;
    const { awayMs, provenReach, max } = capRules;
    const serviceMs = this.#serviceMs();
    const needed =
      this.#rate.max(nowMs, this.#windowBins()) * Math.max(1, Math.min(headroom, awayMs / serviceMs));
    const inferred = needed * this.#best.typicalMs();
    const reach = this.#proven === null ? 0 : provenReach * this.#proven.cap;
    return Math.min(max, Math.max(inferred, Math.min(needed * serviceMs, reach), 1));
  }

  /** How long after a change of the cap the rate shows the new one. */
  knownAfterMs(): number {
    return this.#windowBins() * stepMs + Math.min(capRules.settleMaxMs, this.#serviceMs());
  }

  /** How long a job is in flight at this cap, by Little's law. */
  awayMs(nowMs: number, cap: number): number {
    return cap / Math.max(this.#rate.max(nowMs, this.#windowBins()), Number.MIN_VALUE);
  }

  /** A trial of `trialMs` found it at the cap. */
  prove(nowMs: number, serviceMs: number, cap: number, trialMs: number): void {
    const lastsMs = Math.max(capRules.provenMs, capRules.provenTrials * trialMs);
    this.#proven = { serviceMs, cap, until: nowMs + lastsMs };
  }

  /** The most slots that a delivery takes. */
  disprove(mostMs: number): void {
    if (this.#proven === null || this.#proven.serviceMs <= mostMs) return;
    this.#proven = { ...this.#proven, serviceMs: mostMs };
  }

  /** The slots that a delivery takes when nothing waits, as far as known. */
  #serviceMs(): number {
    return Math.max(1, this.#best.typicalMs(), this.#proven?.serviceMs ?? 0);
  }

  #windowBins(): number {
    const { windowBins, windowTimes } = capRules;
    return Math.min(keptBins, Math.max(windowBins, Math.ceil((windowTimes * this.#serviceMs()) / stepMs)));
  }
}

/** Deliveries counted in bins of 15 s over 10 minutes. Adding one is O(1). */
export class DeliveryRate {
  readonly #bins = new Uint32Array(keptBins);
  /** Number of the newest bin since time began. */
  #newest = 0;

  add(nowMs: number): void {
    const slot = this.#advance(nowMs) % keptBins;
    this.#bins[slot] = (this.#bins[slot] ?? 0) + 1;
  }

  /** The best window of `windowBins` bins in the last 10 minutes, per ms. */
  max(nowMs: number, windowBins: number): number {
    const newest = this.#advance(nowMs);
    let sum = 0;
    let most = 0;
    for (let age = 0; age < keptBins; age++) {
      sum += this.#at(newest - age) - (age < windowBins ? 0 : this.#at(newest - age + windowBins));
      if (sum > most) most = sum;
    }
    return most / (windowBins * stepMs);
  }

  #at(bin: number): number {
    return bin < 0 ? 0 : (this.#bins[bin % keptBins] ?? 0);
  }

  /** Empties the bins that have become too old; at most all of them. */
  #advance(nowMs: number): number {
    const bin = Math.max(this.#newest, Math.floor(nowMs / stepMs));
    for (let at = Math.max(this.#newest + 1, bin - keptBins + 1); at <= bin; at++)
      this.#bins[at % keptBins] = 0;
    this.#newest = bin;
    return bin;
  }
}

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
 * A miner's own best service times, per kind and over its mix of kinds. Waiting in the miner's queue makes answers later, never
 * faster, so a best time is that of a job that did not wait.
 */
export class OwnBest {
  readonly #kinds = new Map<string, Best>();
  readonly #last = new Float64Array(capRules.bests);
  #count = 0;
  /** Null until it is asked for after a delivery. */
  #typicalMs: number | null = null;

  /** `clean`: the cap did not bind, so the validator's load did not make this job wait; only such a sample lets a best time rise. */
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
    if (this.#kinds.size >= capRules.kinds) {
      const [unseen] = [...this.#kinds].reduce((a, b) => (b[1].seenAt < a[1].seenAt ? b : a));
      this.#kinds.delete(unseen);
    }
    const best = { ms, at: nowMs, next: Number.POSITIVE_INFINITY, seenAt: nowMs };
    this.#kinds.set(kind, best);
    return best;
  }
}

function renew(best: Best, nowMs: number, ms: number): void {
  best.ms = ms;
  best.at = nowMs;
  best.next = Number.POSITIVE_INFINITY;
}
