const WAYS = 8;
/** Numbers of an entry: the halves of its fingerprint, its line and 1 (0 where there is none). */
const SIZE = 3;
/** The index of the entry to replace next, then the entries; 128 bytes. */
const BUCKET = 32;

/**
 * Remembers about the last `8 * buckets` items by their 64-bit fingerprints, in a table that never grows: a full bucket of 8 drops
 * its oldest. Only fingerprints are compared, so two items with the same one count as the same.
 */
export class Repeats {
  readonly #mask: number;
  readonly #table: Uint32Array;

  /** `buckets`: a power of two. */
  constructor(buckets: number) {
    if (buckets < 1 || (buckets & (buckets - 1)) !== 0) throw new RangeError(`repeats: ${buckets} buckets`);
    this.#mask = buckets - 1;
    this.#table = new Uint32Array(BUCKET * buckets);
  }

  /** The line that it was last added with, or null; `high` and `low` are unsigned 32-bit numbers. */
  find(high: number, low: number): number | null {
    const at = this.#find(high, low);
    return at < 0 ? null : (this.#table[at + 2] ?? 0) - 1;
  }

  /** Adds it, and returns the line that it was added with before, or null. */
  add(high: number, low: number, line: number): number | null {
    const table = this.#table;
    const known = this.#find(high, low);
    if (known >= 0) {
      const before = (table[known + 2] ?? 0) - 1;
      table[known + 2] = line + 1;
      return before;
    }
    const bucket = (low & this.#mask) * BUCKET;
    const way = table[bucket] ?? 0;
    table[bucket] = (way + 1) % WAYS;
    const at = bucket + 1 + way * SIZE;
    table[at] = high;
    table[at + 1] = low;
    table[at + 2] = line + 1;
    return null;
  }

  #find(high: number, low: number): number {
    const table = this.#table;
    const first = (low & this.#mask) * BUCKET + 1;
    for (let at = first; at < first + WAYS * SIZE; at += SIZE)
      if (table[at] === high && table[at + 1] === low && table[at + 2] !== 0) return at;
    return -1;
  }
}

/** The unsigned number of 8 hex digits from `at` on. */
export function hex32(text: string, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) {
    const code = text.charCodeAt(i);
    // The value of a letter is 9 above its low bits.
    value = (value << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return value >>> 0;
}
