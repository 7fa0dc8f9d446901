/**
 * The last keys that were added, with their values: at least `limit` of them, at most twice as many. They live in two generations, and
 * when the young one is full the old one is dropped whole: a deletion for every addition would cost more than the addition.
 */
export class RecentMap<V> {
  readonly #limit: number;
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new RangeError(`recent map: limit ${limit}`);
    this.#limit = limit;
  }

  /** A key that is added again has the last value, and is as recent as a new one. */
  add(key: string, value: V): void {
    this.#young.set(key, value);
    if (this.#young.size < this.#limit) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }
}
