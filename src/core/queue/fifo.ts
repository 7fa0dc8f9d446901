import { Line, type Linked } from "./line.ts";

interface Place<T> extends Linked<Place<T>> {
  readonly item: T;
}

/** A queue of distinct items that can be left from any position. Every operation takes constant time. */
export class Fifo<T> {
  readonly #places = new Map<T, Place<T>>();
  readonly #line = new Line<Place<T>>();

  get length(): number {
    return this.#places.size;
  }

  get first(): T | null {
    return this.#line.first?.item ?? null;
  }

  get last(): T | null {
    return this.#line.last?.item ?? null;
  }

  append(item: T): void {
    if (this.#places.has(item)) throw new RangeError("fifo: the item is in the queue already");
    const place: Place<T> = { item, prev: null, next: null };
    this.#places.set(item, place);
    this.#line.append(place);
  }

  /** False when the item was not in the queue. */
  leave(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    this.#line.remove(place);
    return true;
  }
}
