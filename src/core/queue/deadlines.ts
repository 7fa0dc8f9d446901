import { Line, type Linked } from "./line.ts";

/** Width of a slot, ms: a deadline falls due at most this late, and never early. */
const SLOT_MS = 250;

/** Something with a deadline. */
export interface Timed extends Linked<Timed> {
  /** -1 while it has no deadline. */
  slot: number;
}

/**
 * Deadlines in slots of time: adding and removing take constant time. A stall of the whole process moves all of them,
 * since nobody could answer meanwhile.
 */
export class Deadlines<T extends Timed> {
  readonly #slots = new Map<number, Line<Timed>>();
  #next: number;
  /** By how much stalls have moved the deadlines. */
  #shiftMs = 0;

  constructor(nowMs: number) {
    this.#next = Math.floor(nowMs / SLOT_MS);
  }

  /** `deadlineAt`: monotonic ms. */
  add(item: T, deadlineAt: number): void {
    const number = Math.max(this.#next, Math.ceil((deadlineAt - this.#shiftMs) / SLOT_MS));
    let slot = this.#slots.get(number);
    if (slot === undefined) {
      slot = new Line();
      this.#slots.set(number, slot);
    }
    slot.append(item);
    item.slot = number;
  }

  remove(item: T): void {
    this.#slots.get(item.slot)?.remove(item);
    item.slot = -1;
  }

  /** Moves every deadline by `ms`. */
  stall(ms: number): void {
    this.#shiftMs += ms;
  }

  /** Removes and returns the items that are due. */
  due(nowMs: number): T[] {
    const last = Math.floor((nowMs - this.#shiftMs) / SLOT_MS);
    const due: T[] = [];
    for (; this.#next <= last; this.#next++) {
      const slot = this.#slots.get(this.#next);
      this.#slots.delete(this.#next);
      for (let item = slot?.first ?? null; item !== null; item = slot?.first ?? null) {
        slot?.remove(item);
        item.slot = -1;
        // Only items of type T were added.
        due.push(item as T);
      }
    }
    return due;
  }
}
