import { BoundedMap } from "../core/queue/boundedMap.ts";

/** The most kinds of work; past it the least recently verified one is dropped. */
const KINDS = 1024;
/** Times kept of each kind: enough for a 95th percentile. */
const TIMES = 256;
/** New times after which the percentiles of a full ring are calculated again: sorting it costs as much as sending five jobs. */
const REFRESH_EVERY = 8;
const REFERENCE = { share: 0.1, least: 8 } as const;
/** `floorMs`: covers a round trip and a busy moment, however fast the work. */
const DEADLINE = { share: 0.95, least: 50, factor: 2, floorMs: 1000 } as const;

/**
 * This many missed deadlines in a row without a verified answer double the deadline, until as many verified answers have come.
 * Otherwise a kind that became slower for all miners would never be answered in time, and its deadline would never adapt.
 */
const MISSES = 64;

interface Times {
  /** A ring; `count` of all times ever added. */
  readonly ring: Float64Array;
  count: number;
  /** Calculated from the ring on demand after a new time. */
  referenceMs: number;
  deadlineMs: number;
  isStale: boolean;
  /** Deadlines missed since the last verified answer. */
  misses: number;
  /** The factor by which misses have widened the deadline, and for how many more verified answers it holds. */
  slack: number;
  slackFor: number;
}

/**
 * How long each kind of work takes, from verified answers only: unchecked answers could be fakes made in no time, which would
 * shorten the deadlines of honest miners.
 */
export class KindTimes {
  readonly #maxDeadlineMs: number;
  readonly #kinds = new BoundedMap<string, Times>(KINDS);

  /** `restored`: times in ms by kind, oldest first, from `snapshot`; invalid ones are left out. */
  constructor(maxDeadlineMs: number, restored: ReadonlyMap<string, readonly number[]> = new Map()) {
    this.#maxDeadlineMs = maxDeadlineMs;
    for (const [kind, times] of restored) {
      for (const ms of times) if (ms <= maxDeadlineMs) this.verified(kind, ms);
    }
  }

  /** Adds the service time of an answer that was found valid. */
  verified(kind: string, serviceMs: number): void {
    if (!(serviceMs >= 0 && serviceMs < Number.POSITIVE_INFINITY)) return;
    const times = this.#kinds.get(kind) ?? this.#begin(kind);
    times.ring[times.count++ % TIMES] = serviceMs;
    // Of a full ring the percentiles move little by one time.
    if (times.count <= TIMES || times.count % REFRESH_EVERY === 0) times.isStale = true;
    times.misses = 0;
    if (times.slackFor > 0 && --times.slackFor === 0) times.slack = 1;
  }

  /** A job was not answered within its deadline. */
  missed(kind: string): void {
    const times = this.#kinds.peek(kind);
    if (times === undefined || ++times.misses < MISSES) return;
    times.misses = 0;
    if (this.deadlineMs(kind) < this.#maxDeadlineMs) times.slack *= 2;
    times.slackFor = MISSES;
    times.isStale = true;
  }

  /** The value of one answer: the 10th percentile, ms; 0 while too few are known. */
  referenceMs(kind: string): number {
    return this.#current(kind)?.referenceMs ?? 0;
  }

  /** How long a miner has for a job, ms. */
  deadlineMs(kind: string): number {
    return this.#current(kind)?.deadlineMs ?? this.#maxDeadlineMs;
  }

  /** Verified answers whose times are kept. */
  verifiedOf(kind: string): number {
    return Math.min(TIMES, this.#kinds.peek(kind)?.count ?? 0);
  }

  /** Times by kind, oldest first. */
  snapshot(): Map<string, number[]> {
    const kinds = new Map<string, number[]>();
    for (const [kind, { ring, count }] of this.#kinds.entries()) {
      const start = count > TIMES ? count % TIMES : 0;
      kinds.set(kind, [...ring.subarray(start, Math.min(count, TIMES)), ...ring.subarray(0, start)]);
    }
    return kinds;
  }

  #current(kind: string): Times | undefined {
    const times = this.#kinds.peek(kind);
    if (times?.isStale) this.#refresh(times);
    return times;
  }

  #refresh(times: Times): void {
    const sorted = times.ring.slice(0, Math.min(times.count, TIMES)).sort();
    const n = sorted.length;
    times.isStale = false;
    times.referenceMs = n < REFERENCE.least ? 0 : (sorted[Math.floor(REFERENCE.share * n)] ?? 0);
    if (n < DEADLINE.least) return;
    const late = sorted[Math.min(n - 1, Math.floor(DEADLINE.share * n))] ?? 0;
    times.deadlineMs = Math.min(
      this.#maxDeadlineMs,
      times.slack * Math.max(DEADLINE.floorMs, DEADLINE.factor * late),
    );
  }

  #begin(kind: string): Times {
    const ring = new Float64Array(TIMES);
    const percentiles = { referenceMs: 0, deadlineMs: this.#maxDeadlineMs, isStale: true };
    const times = { ring, count: 0, ...percentiles, misses: 0, slack: 1, slackFor: 0 };
    this.#kinds.set(kind, times);
    return times;
  }
}
