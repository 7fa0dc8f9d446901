import { BoundedQueue } from "../../../../src/core/queue/boundedQueue.ts";
import type { Random } from "../../../../src/core/random.ts";
import { FakeClock } from "../../fakeClock.ts";

/** Random numbers from a seed (mulberry32): the same seed gives the same run. */
export class SeededRandom implements Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  bytes(count: number): Uint8Array {
    return Uint8Array.from({ length: count }, () => Math.floor(this.unit() * 256));
  }

  uuid(): string {
    return Buffer.from(this.bytes(16)).toString("hex");
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** What will happen, in order of time and then of asking, on a clock that jumps from one event to the next. */
export class EventQueue {
  readonly clock = new FakeClock(1_700_000_000_000);
  readonly #heap: Event[] = [];
  #asked = 0;

  /** Monotonic ms. */
  get now(): number {
    return this.clock.monotonicMs();
  }

  after(ms: number, run: () => void): void {
    const event = { at: this.now + ms, order: this.#asked++, run };
    let i = this.#heap.push(event) - 1;
    while (i > 0) {
      const above = (i - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      this.#heap[i] = parent;
      i = above;
    }
    this.#heap[i] = event;
  }

  /** Runs again and again, first after `ms`. */
  every(ms: number, run: () => void): void {
    this.after(ms, () => {
      run();
      this.every(ms, run);
    });
  }

  /** Moves to the next event and runs it; false when there is none up to then, and the clock stands there. */
  next(until: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.at > until) {
      this.clock.advance(Math.max(0, until - this.now));
      return false;
    }
    this.clock.advance(first.at - this.now);
    this.#removeFirst();
    first.run();
    return true;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      const [a, b] = [this.#heap[left], this.#heap[left + 1]];
      if (a === undefined) break;
      const [child, at] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
      if (isBefore(last, child)) break;
      this.#heap[i] = child;
      i = at;
    }
    this.#heap[i] = last;
  }
}

/** A miner as a queue: servers, a time for each job, and what goes wrong with it. May be changed while it runs. */
export interface Profile {
  parallel: number;
  /** Time of one job at a server, ms. */
  serviceMs: (random: Random) => number;
  /** On the way, there and back together; nothing waits for it. 10 ms unless given. */
  delayMs?: (random: Random) => number;
  /** Share of the jobs that it gives back at once. */
  failing?: number;
  /** Jobs that it lets wait; the next one is given back. */
  queueMax?: number;
  /** True while what it gets is never answered. */
  isOut?: boolean;
}

/** Always the same. */
export const constant = (ms: number) => (): number => ms;
/** At least `min`, on average `mean`: what real work does. */
export const spread =
  (min: number, mean: number) =>
  (random: Random): number =>
    min - Math.log(1 - random.unit()) * (mean - min);
export const between =
  (low: number, high: number) =>
  (random: Random): number =>
    low + random.unit() * (high - low);

type Ended = (isAnswered: boolean) => void;

export class QueueingMiner {
  readonly profile: Profile;
  readonly #line: EventQueue;
  readonly #random: Random;
  readonly #waiting = new BoundedQueue<Ended>(Number.MAX_SAFE_INTEGER);
  #busy = 0;

  constructor(profile: Profile, line: EventQueue, random: Random) {
    this.profile = profile;
    this.#line = line;
    this.#random = random;
  }

  get queued(): number {
    return this.#waiting.length;
  }

  /** Takes a job; `ended` is called once, or never in an outage. */
  take(ended: Ended): void {
    const {
      failing = 0,
      queueMax = Number.POSITIVE_INFINITY,
      delayMs = constant(10),
      isOut = false,
    } = this.profile;
    if (isOut) return;
    const delay = delayMs(this.#random);
    if (this.#random.unit() < failing || this.queued >= queueMax) {
      this.#line.after(delay + 1, () => ended(false));
      return;
    }
    this.#waiting.push((isAnswered) => this.#line.after(delay, () => ended(isAnswered)));
    this.#serve();
  }

  #serve(): void {
    while (this.#busy < this.profile.parallel) {
      const ended = this.#waiting.shift();
      if (ended === undefined) break;
      this.#busy++;
      this.#line.after(this.profile.serviceMs(this.#random), () => {
        this.#busy--;
        if (this.profile.isOut !== true) ended(true);
        this.#serve();
      });
    }
  }
}
