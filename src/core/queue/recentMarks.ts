/** Slots for each mark remembered: at most half of them are filled, so that a search ends soon. */
const SLOTS_EACH = 2;

/**
 * Remembers the last marks that were added, at least `limit` and at most twice as many: two tables of 32-bit numbers, of which the older
 * one is emptied and filled anew whenever the younger one is full. No string is kept alive. A mark never added is taken for one that
 * was with a chance of some 1e-9: of n marks near its place, n in 2^32.
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

  /** `mark`: 32 bits; `place`: independent bits, as many as the limit asks for. */
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

  /** Where the mark is, or else the empty slot where it would be. */
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

/** The hex digits from `start` to `end`, eight at most, as an unsigned number. */
export function hexNumber(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    value = (value << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return value >>> 0;
}
