/** First in, first out, at most `limit` items; a push past it is refused, and counted. */
export class BoundedQueue<T> {
  readonly limit: number;
  refused = 0;
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
    if (this.length >= this.limit) {
      this.refused++;
      return false;
    }
    this.#items.push(item);
    return true;
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head++] = undefined;
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
