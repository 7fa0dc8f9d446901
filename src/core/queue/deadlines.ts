/** Width of a slot, ms: a deadline falls due at most so late, never early. */
const SLOT_MS = 250;

/** Something with a deadline. Its place is kept in itself, so that setting and lifting the deadline makes nothing. */
export interface Timed {
  /** -1 while it has no deadline. */
  slot: number;
  earlier: Timed | null;
  later: Timed | null;
}

/** What falls due together, in the order in which it was added. */
interface Slot<T> {
  first: T | null;
  last: T | null;
}

/**
 * Deadlines in slots of time: adding and removing cost the same however many there are. A stall of the whole process moves
 * them all, since nobody could have answered meanwhile.
 */
export class Deadlines<T extends Timed> {
  readonly #slots = new Map<number, Slot<Timed>>();
  #next: number;
  /** What stalls have moved the deadlines by. */
  #shiftMs = 0;

  constructor(nowMs: number) {
    this.#next = Math.floor(nowMs / SLOT_MS);
  }

  /** `deadlineAt`: monotonic ms. */
  add(item: T, deadlineAt: number): void {
    const number = Math.max(this.#next, Math.ceil((deadlineAt - this.#shiftMs) / SLOT_MS));
    const slot = this.#slots.get(number) ?? { first: null, last: null };
    if (slot.last === null) {
      slot.first = item;
      this.#slots.set(number, slot);
    } else slot.last.later = item;
    item.slot = number;
    item.earlier = slot.last;
    slot.last = item;
  }

  remove(item: T): void {
    const slot = this.#slots.get(item.slot);
    const { earlier, later } = item;
    if (slot === undefined) return;
    if (earlier === null) slot.first = later;
    else earlier.later = later;
    if (later === null) slot.last = earlier;
    else later.earlier = earlier;
    clear(item);
  }

  /** Everything from now on falls due so much later. */
  stall(ms: number): void {
    this.#shiftMs += ms;
  }

  /** Takes out what is due. */
  due(nowMs: number): T[] {
    const last = Math.floor((nowMs - this.#shiftMs) / SLOT_MS);
    const due: T[] = [];
    for (; this.#next <= last; this.#next++) {
      const slot = this.#slots.get(this.#next);
      this.#slots.delete(this.#next);
      for (let item = slot?.first ?? null; item !== null; ) {
        const { later } = item;
        clear(item);
        // Only what was added comes out.
        due.push(item as T);
        item = later;
      }
    }
    return due;
  }
}

function clear(item: Timed): void {
  item.slot = -1;
  item.earlier = null;
  item.later = null;
}
