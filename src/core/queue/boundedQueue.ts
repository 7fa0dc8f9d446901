/** First in, first out, at most `limit` items; a push past it is refused. */
export class BoundedQueue<T> {
  readonly limit: number;
  #items: (T | undefined)[] = [];
  #head = 0;

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 0) throw new RangeError(`bounded queue: limit ${limit}`);
    this.limit = limit;
  }

  get length(): number {
    return this.#items.length - this.#head;
  }

  /** False when the queue is full. */
  push(item: T): boolean {
    if (this.length >= this.limit) return false;
    this.#items.push(item);
    return true;
  }

  /** Puts an item that was in the queue before back to the front, past the limit too. */
  unshift(item: T): void {
    if (this.#head > 0) this.#items[--this.#head] = item;
    else this.#items.unshift(item);
  }

  shift(): T | undefined {
    return this.length === 0 ? undefined : this.#removeFirst();
  }

  /** The first wanted item of the next `count`; when none is wanted they go to the end, so that the next call looks at others. */
  takeFirst(count: number, isWanted: (item: T) => boolean): T | undefined {
    const end = Math.min(this.#items.length, this.#head + count);
    for (let i = this.#head; i < end; i++) {
      const item = this.#items[i];
      if (item === undefined || !isWanted(item)) continue;
      // The items before it move up by one.
      for (let at = i; at > this.#head; at--) this.#items[at] = this.#items[at - 1];
      this.#removeFirst();
      return item;
    }
    if (end < this.#items.length)
      for (let left = end - this.#head; left > 0; left--) this.#items.push(this.#removeFirst());
    return undefined;
  }

  /** The items in order. */
  *values(): Generator<T, void> {
    for (let i = this.#head; i < this.#items.length; i++) {
      const item = this.#items[i];
      if (item !== undefined) yield item;
    }
  }

  /** False when it is not in the queue. Takes time in proportion to the queue. */
  remove(item: T): boolean {
    const at = this.#items.indexOf(item, this.#head);
    if (at === -1) return false;
    this.#items.splice(at, 1);
    return true;
  }

  #removeFirst(): T | undefined {
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
