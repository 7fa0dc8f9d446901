/**
 * Several servers with one queue, first come, first served. Later work never overtakes, so the end of every piece of work is
 * known when it arrives: no event is needed for a position in the queue.
 */
export class Servers {
  /** When each is free, ms; a heap, the earliest first. */
  readonly #free: number[];
  /** Work taken by all servers together, ms. */
  busyMs = 0;

  constructor(count: number) {
    this.#free = new Array(Math.max(1, count)).fill(0);
  }

  get count(): number {
    return this.#free.length;
  }

  /** How long work that arrives now would wait, ms. */
  waitMs(now: number): number {
    return Math.max(0, (this.#free[0] ?? 0) - now);
  }

  /** Takes work of `ms`; returns when it will be done. */
  take(now: number, ms: number): number {
    const end = Math.max(now, this.#free[0] ?? 0) + ms;
    this.busyMs += ms;
    this.#sink(end);
    return end;
  }

  /** Drops all work in hand. */
  clear(now: number): void {
    for (let i = 0; i < this.#free.length; i++) this.#free[i] = Math.min(now, this.#free[i] ?? now);
  }

  /** Sets the number of servers; work in hand stays with those that are busy the longest. */
  resize(count: number, now: number): void {
    const latest = this.#free.toSorted((a, b) => b - a).slice(0, count);
    while (latest.length < count) latest.push(now);
    this.#free.length = 0;
    this.#free.push(...latest.toReversed());
  }

  /** Replaces the earliest end by a new one. */
  #sink(end: number): void {
    const heap = this.#free;
    let i = 0;
    for (;;) {
      const left = 2 * i + 1;
      if (left >= heap.length) break;
      const right = left + 1;
      const child = right < heap.length && (heap[right] ?? 0) < (heap[left] ?? 0) ? right : left;
      if (end <= (heap[child] ?? 0)) break;
      heap[i] = heap[child] ?? 0;
      i = child;
    }
    heap[i] = end;
  }
}
