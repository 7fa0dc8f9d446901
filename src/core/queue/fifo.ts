interface Place<T> {
  readonly item: T;
  before: Place<T> | null;
  after: Place<T> | null;
}

/** A line that anybody may leave at any time; an item stands in it once. Every operation takes constant time. */
export class Fifo<T> {
  readonly #places = new Map<T, Place<T>>();
  #first: Place<T> | null = null;
  #last: Place<T> | null = null;

  get length(): number {
    return this.#places.size;
  }

  get first(): T | null {
    return this.#first?.item ?? null;
  }

  get last(): T | null {
    return this.#last?.item ?? null;
  }

  append(item: T): void {
    if (this.#places.has(item)) throw new RangeError("fifo: the item stands in line already");
    const place: Place<T> = { item, before: this.#last, after: null };
    if (this.#last === null) this.#first = place;
    else this.#last.after = place;
    this.#last = place;
    this.#places.set(item, place);
  }

  /** False when the item was not in line. */
  leave(item: T): boolean {
    const place = this.#places.get(item);
    if (place === undefined) return false;
    this.#places.delete(item);
    if (place.before === null) this.#first = place.after;
    else place.before.after = place.after;
    if (place.after === null) this.#last = place.before;
    else place.after.before = place.before;
    return true;
  }
}
