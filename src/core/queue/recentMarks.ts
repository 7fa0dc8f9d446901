/** Slots per remembered mark: at most half of them are filled, which keeps searches short. */
const SLOTS_EACH = 2;

/**
 * Remembers the last added marks, at least `limit` and at most twice that number: two tables of 32-bit numbers, of which the
 * older one is emptied and refilled when the younger one is full. No string is kept alive. The probability that a mark which
 * was never added is found is about 1e-9: with n marks near its place, n in 2^32.
 */
export class RecentMarks {
  readonly #limit: number;
  readonly #last: number;
  #young: Uint32Array;
  #old: Uint32Array;
  #filled = 0;

  /** `limit`: a power of two. */
  constructor(limit: number) {
    if (!Number.isInteger(Math.log2(limit)) || limit < 1)
      throw new RangeError(`recent marks: limit ${limit}`);
    this.#limit = limit;
    this.#last = limit * SLOTS_EACH - 1;
    this.#young = new Uint32Array(limit * SLOTS_EACH);
    this.#old = new Uint32Array(limit * SLOTS_EACH);
  }

  /** `mark`: 32 bits; `place`: independent bits, at least log2 of the limit. */
  has(mark: number, place: number): boolean {
    const wanted = mark || 1;
    return (
      this.#young[this.#slotOf(this.#young, wanted, place)] === wanted ||
      this.#old[this.#slotOf(this.#old, wanted, place)] === wanted
    );
  }

  /** False when it was there already. */
  add(mark: number, place: number): boolean {
    // An empty slot holds 0.
    const wanted = mark || 1;
    if (this.#old[this.#slotOf(this.#old, wanted, place)] === wanted) return false;
    const slot = this.#slotOf(this.#young, wanted, place);
    if (this.#young[slot] === wanted) return false;
    this.#young[slot] = wanted;
    if (++this.#filled === this.#limit) this.#turn();
    return true;
  }

  /** The slot of the mark, or the empty slot where it would be. */
  #slotOf(table: Uint32Array, mark: number, place: number): number {
    let slot = place & this.#last;
    while (table[slot] !== 0 && table[slot] !== mark) slot = (slot + 1) & this.#last;
    return slot;
  }

  #turn(): void {
    const emptied = this.#old.fill(0);
    this.#old = this.#young;
    this.#young = emptied;
    this.#filled = 0;
  }
}

/** The hex digits from `start` to `end`, at most eight, as an unsigned number. */
export function hexNumber(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    value = (value << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return value >>> 0;
}
