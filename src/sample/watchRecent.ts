/** Slots for each draw remembered: at most half of them are filled, so that a search ends soon. */
const SLOTS_EACH = 2;
/** What the last four hex digits of a draw can tell apart. */
const LIMIT_MOST = 2 ** 16 / SLOTS_EACH;

/**
 * Remembers the last draws, at least `limit` and at most twice as many: two tables of 32-bit marks, of which the older
 * one is emptied and filled anew whenever the younger one is full. No string is kept. A new draw is taken for one that
 * was seen with a chance below 1e-9, whatever its outcome, so what is counted keeps its rate.
 */
export class RecentDraws {
  readonly #limit: number;
  readonly #last: number;
  #young: Uint32Array;
  #old: Uint32Array;
  #filled = 0;

  /** `limit`: a power of two, at most 32,768. */
  constructor(limit: number) {
    if (!Number.isInteger(Math.log2(limit)) || limit < 1 || limit > LIMIT_MOST) {
      throw new RangeError(`recent draws: limit ${limit}`);
    }
    this.#limit = limit;
    this.#last = limit * SLOTS_EACH - 1;
    this.#young = new Uint32Array(limit * SLOTS_EACH);
    this.#old = new Uint32Array(limit * SLOTS_EACH);
  }

  /** Whether the draw is not among the last ones; from now on it is. Throws RangeError unless `x` is 16 hex digits. */
  isNew(x: string): boolean {
    if (x.length !== 16) throw new RangeError(`draw "${x}" has not 16 hex digits`);
    // The first digits decide the outcome, so they are left out. An empty slot holds 0.
    const mark = numberAt(x, 4, 12) || 1;
    const place = numberAt(x, 12, 16) & this.#last;
    if (this.#old[this.#slotOf(this.#old, mark, place)] === mark) return false;
    const slot = this.#slotOf(this.#young, mark, place);
    if (this.#young[slot] === mark) return false;
    this.#young[slot] = mark;
    if (++this.#filled === this.#limit) this.#turn();
    return true;
  }

  /** Where the mark is, or else the empty slot where it would be. */
  #slotOf(table: Uint32Array, mark: number, place: number): number {
    let slot = place;
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
function numberAt(x: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = x.charCodeAt(i);
    value = (value << 4) | ((code & 15) + (code >> 6) * 9);
  }
  return value >>> 0;
}
