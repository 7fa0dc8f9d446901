import type { CustomerJob } from "../flow/job.ts";
import type { JobInput, JobTask, PushLane } from "../flow/lane.ts";

/** Something to be done, however many miners it takes. */
export interface Work {
  readonly jobId: string;
  readonly lane: PushLane;
  /** Of a benchmark: what its input is made from again when another miner gets it. */
  readonly seed: bigint;
  /** Null for a benchmark. */
  readonly customer: CustomerJob | null;
  /** Miners that have had it; null before the first gave it up. */
  had: Set<string> | null;
}

/** What is asked: a customer's own input, or the seed's. Null when the lane makes no benchmarks. */
export function taskOf(work: Work): JobTask | null {
  return work.customer ?? work.lane.issue(work.seed);
}

/** About how many bytes an input takes on the wire. */
export function sizeOf(input: JobInput): number {
  let size = 0;
  for (const name in input) {
    const value = input[name];
    size += name.length;
    if (typeof value === "string") size += value.length;
    else for (const item of value ?? []) size += item.length;
  }
  return size;
}

/** Miners that have had it, those before a restart included. */
export function attemptsOf({ customer, had }: Work): number {
  return (customer?.attempts ?? 0) + (had?.size ?? 0);
}

/** How many waiting jobs are looked at for one that a miner has not had: a bound on the work a slot. */
const LOOKED_AT = 8;

/** Jobs that wait for a miner, in order; at most `limit`, and what finds no room is counted and dropped by its owner. */
export class WorkQueue {
  readonly #limit: number;
  #items: (Work | undefined)[] = [];
  #head = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** False when it is full. */
  push(work: Work): boolean {
    if (this.length >= this.#limit) return false;
    this.#items.push(work);
    return true;
  }

  /** Back to the front, whatever the limit: it was in the queue before. */
  unshift(work: Work): void {
    if (this.#head > 0) this.#items[--this.#head] = work;
    else this.#items.unshift(work);
  }

  /** The first job that this miner may have, among the next few; where there is none, others are looked at the next time. */
  takeFor(hotkey: string, serves: (lane: PushLane) => boolean): Work | null {
    const end = Math.min(this.#items.length, this.#head + LOOKED_AT);
    for (let i = this.#head; i < end; i++) {
      const work = this.#items[i];
      if (work === undefined || work.had?.has(hotkey) || !serves(work.lane)) continue;
      this.#removeAt(i);
      return work;
    }
    if (end < this.#items.length) this.#firstLast(end - this.#head);
    return null;
  }

  /** What stood before moves up by one; at most `LOOKED_AT` steps. */
  #removeAt(index: number): void {
    for (let i = index; i > this.#head; i--) this.#items[i] = this.#items[i - 1];
    this.#removeFirst();
  }

  /** The first few go to the end, in their order. */
  #firstLast(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#items.push(this.#items[this.#head]);
      this.#removeFirst();
    }
  }

  #removeFirst(): void {
    this.#items[this.#head++] = undefined;
    if (this.#head < 1024 || this.#head * 2 < this.#items.length) return;
    this.#items = this.#items.slice(this.#head);
    this.#head = 0;
  }
}
