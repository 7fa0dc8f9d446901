import { Line, type Linked } from "./line.ts";

/** Width of a slot, ms: a deadline falls due at most this late, never early. */
const SLOT_MS = 250;

/** Something with a deadline. */
export interface Timed extends Linked<Timed> {
  /** -1 while it has no deadline. */
  slot: number;
}

/**
 * Deadlines in slots of time: adding and removing cost the same however many there are. A stall of the whole process moves
 * them all, since nobody could have answered meanwhile.
 */
export class Deadlines<T extends Timed> {
  readonly #slots = new Map<number, Line<Timed>>();
  #next: number;
  /** What stalls have moved the deadlines by. */
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

  /** Everything there is falls due `ms` later. */
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
      for (let item = slot?.first ?? null; item !== null; item = slot?.first ?? null) {
        slot?.remove(item);
        item.slot = -1;
        // Only what was added comes out.
        due.push(item as T);
      }
    }
    return due;
  }
}
