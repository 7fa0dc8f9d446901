import { Line, type Linked } from "./line.ts";

/** The place of an item in a queue, kept by the item: one for each queue that it may be in. */
export class FifoPlace<T> implements Linked<FifoPlace<T>> {
  readonly item: T;
  isTaken = false;
  prev: FifoPlace<T> | null = null;
  next: FifoPlace<T> | null = null;

  constructor(item: T) {
    this.item = item;
  }
}

/**
 * A queue of items that can be left from any position. Every operation takes constant time and allocates nothing. A `Map` from items
 * to places would keep those that left: its outgrown tables refer to one another, and once one is old all are until a full collection.
 */
export class Fifo<T> {
  readonly #line = new Line<FifoPlace<T>>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get first(): T | null {
    return this.#line.first?.item ?? null;
  }

  get last(): T | null {
    return this.#line.last?.item ?? null;
  }

  append(place: FifoPlace<T>): void {
    if (place.isTaken) throw new RangeError("fifo: the item is in the queue already");
    place.isTaken = true;
    this.#line.append(place);
    this.#length++;
  }

  /** False when the item was not in the queue. */
  leave(place: FifoPlace<T>): boolean {
    if (!place.isTaken) return false;
    place.isTaken = false;
    this.#line.remove(place);
    this.#length--;
    return true;
  }
}
