/** The last `limit` keys that were added, with their values; what is older is dropped. Adding costs the same however many there are. */
export class RecentMap<V> {
  readonly #limit: number;
  readonly #values = new Map<string, V>();
  readonly #keys: string[] = [];
  #at = 0;

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`recent map: limit ${limit}`);
    this.#limit = limit;
  }

  /** A key that is added again has the last value, and goes no later for that. */
  add(key: string, value: V): void {
    const oldest = this.#keys[this.#at];
    if (oldest !== undefined) this.#values.delete(oldest);
    this.#keys[this.#at] = key;
    this.#at = (this.#at + 1) % this.#limit;
    this.#values.set(key, value);
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }
}
