/** Width of a slot, ms: a deadline falls due at most so late, never early. */
const SLOT_MS = 250;

/** Something with a deadline; its slot is kept in itself. */
export interface Timed {
  slot: number;
}

/**
 * Deadlines in slots of time: adding and removing cost the same however many there are. A stall of the whole process moves
 * them all, since nobody could have answered meanwhile.
 */
export class Deadlines<T extends Timed> {
  readonly #slots = new Map<number, Set<T>>();
  #next: number;
  /** What stalls have moved the deadlines by. */
  #shiftMs = 0;

  constructor(nowMs: number) {
    this.#next = Math.floor(nowMs / SLOT_MS);
  }

  /** `deadlineAt`: monotonic ms. */
  add(item: T, deadlineAt: number): void {
    const slot = Math.max(this.#next, Math.ceil((deadlineAt - this.#shiftMs) / SLOT_MS));
    item.slot = slot;
    const items = this.#slots.get(slot);
    if (items === undefined) this.#slots.set(slot, new Set([item]));
    else items.add(item);
  }

  remove(item: T): void {
    this.#slots.get(item.slot)?.delete(item);
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
      for (const item of this.#slots.get(this.#next) ?? []) due.push(item);
      this.#slots.delete(this.#next);
    }
    return due;
  }
}
