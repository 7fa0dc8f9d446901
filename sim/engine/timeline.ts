import type { Clock } from "../../src/core/clock.ts";

/** Something that happens at a moment. */
export type Happening = () => void;

/** Milliseconds that the wheel covers; later events wait in a heap. A power of two. */
const SPAN = 1 << 16;
const MASK = SPAN - 1;
const SPARES = 1024;

interface Far {
  readonly at: number;
  readonly order: number;
  readonly happens: Happening;
}

const isBefore = (a: Far, b: Far): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/**
 * Future events, in whole ms, on a clock that jumps from one moment to the next. Events of one ms happen in the order in which
 * they were scheduled: near ones are in a wheel with one slot per ms, far ones in a heap until their time comes near.
 */
export class Timeline {
  readonly clock: Clock;
  readonly #slots: (Happening[] | undefined)[] = new Array(SPAN);
  /** One bit per slot, set where the slot has events. */
  readonly #used = new Int32Array(SPAN / 32);
  readonly #far: Far[] = [];
  /** Emptied slots, for reuse. */
  readonly #spares: Happening[][] = [];
  #asked = 0;
  #now = 0;
  happened = 0;

  /** `startMs`: Unix ms of the first moment. */
  constructor(startMs: number) {
    this.clock = { nowMs: () => startMs + this.#now, monotonicMs: () => this.#now };
  }

  /** Ms since the first moment. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, happens: Happening): void {
    const at = this.#now + Math.max(0, Math.round(ms));
    if (at - this.#now < SPAN) this.#put(at, happens);
    else pushFar(this.#far, { at, order: this.#asked++, happens });
  }

  /** Repeats every `ms` while the function returns true. */
  every(ms: number, happens: () => boolean): void {
    const again = (): void => {
      if (happens()) this.after(ms, again);
    };
    this.after(ms, again);
  }

  /** Moves to the next moment with events and runs them; false when there is none up to `until`, where the clock then is. */
  step(until: number): boolean {
    const at = this.#next();
    if (at > until) {
      this.#moveTo(until);
      return false;
    }
    this.#moveTo(at);
    const index = at & MASK;
    const slot = this.#slots[index];
    if (slot === undefined) return true;
    // Events scheduled now for this moment join the end of the same slot.
    for (let i = 0; i < slot.length; i++) slot[i]?.();
    this.happened += slot.length;
    slot.length = 0;
    this.#slots[index] = undefined;
    this.#used[index >>> 5] = (this.#used[index >>> 5] ?? 0) & ~(1 << (index & 31));
    if (this.#spares.length < SPARES) this.#spares.push(slot);
    return true;
  }

  #put(at: number, happens: Happening): void {
    const index = at & MASK;
    let slot = this.#slots[index];
    if (slot === undefined) {
      slot = this.#spares.pop() ?? [];
      this.#slots[index] = slot;
      this.#used[index >>> 5] = (this.#used[index >>> 5] ?? 0) | (1 << (index & 31));
    }
    slot.push(happens);
  }

  #moveTo(at: number): void {
    this.#now = at;
    for (let first = this.#far[0]; first !== undefined && first.at - at < SPAN; first = this.#far[0]) {
      removeFirst(this.#far);
      this.#put(first.at, first.happens);
    }
  }

  /** The next moment with events, or infinity. */
  #next(): number {
    const from = this.#now & MASK;
    const near = this.#scan(from);
    const far = this.#far[0]?.at ?? Number.POSITIVE_INFINITY;
    return near === -1 ? far : Math.min(far, this.#now + ((near - from) & MASK));
  }

  /** The first used slot from `from` on, around the wheel; -1 when the wheel is empty. */
  #scan(from: number): number {
    const words = this.#used.length;
    const first = (this.#used[from >>> 5] ?? 0) & (-1 << (from & 31));
    if (first !== 0) return (from & ~31) | lowestBit(first);
    for (let i = 1; i <= words; i++) {
      const word = ((from >>> 5) + i) & (words - 1);
      const bits = this.#used[word] ?? 0;
      if (bits !== 0) return (word << 5) | lowestBit(bits);
    }
    return -1;
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function pushFar(heap: Far[], item: Far): void {
  let i = heap.push(item) - 1;
  while (i > 0) {
    const above = (i - 1) >> 1;
    const parent = heap[above];
    if (parent === undefined || isBefore(parent, item)) break;
    heap[i] = parent;
    i = above;
  }
  heap[i] = item;
}

function removeFirst(heap: Far[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let i = 0;
  for (;;) {
    const left = 2 * i + 1;
    const [a, b] = [heap[left], heap[left + 1]];
    if (a === undefined) break;
    const [child, at] = b !== undefined && isBefore(b, a) ? [b, left + 1] : [a, left];
    if (isBefore(last, child)) break;
    heap[i] = child;
    i = at;
  }
  heap[i] = last;
}
