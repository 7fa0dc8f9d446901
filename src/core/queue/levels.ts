/** Levels told apart; what lies beyond counts as the last. */
const LEVELS = 32 * 32 * 32;

/** A set of small integers with its least member found in three steps, whatever it holds. */
class LevelSet {
  readonly #leaves = new Int32Array(32 * 32);
  readonly #branches = new Int32Array(32);
  #root = 0;

  add(level: number): void {
    const leaf = level >>> 5;
    const branch = level >>> 10;
    this.#leaves[leaf] = (this.#leaves[leaf] ?? 0) | (1 << (level & 31));
    this.#branches[branch] = (this.#branches[branch] ?? 0) | (1 << (leaf & 31));
    this.#root |= 1 << branch;
  }

  delete(level: number): void {
    const leaf = level >>> 5;
    const branch = level >>> 10;
    this.#leaves[leaf] = (this.#leaves[leaf] ?? 0) & ~(1 << (level & 31));
    if (this.#leaves[leaf] !== 0) return;
    this.#branches[branch] = (this.#branches[branch] ?? 0) & ~(1 << (leaf & 31));
    if (this.#branches[branch] === 0) this.#root &= ~(1 << branch);
  }

  /** -1 when empty. */
  least(): number {
    if (this.#root === 0) return -1;
    const branch = lowestBit(this.#root);
    const leaf = (branch << 5) | lowestBit(this.#branches[branch] ?? 0);
    return (leaf << 5) | lowestBit(this.#leaves[leaf] ?? 0);
  }
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

/** A place in the queue; kept in the member itself, so that moving it costs nothing. */
export interface LevelPlace<T> {
  /** -1 while it stands in no line. */
  level: number;
  prev: T | null;
  next: T | null;
}

interface Line<T> {
  head: T | null;
  tail: T | null;
}

/** Lines by level, each first in first out: the first member is at the least level and has waited longest there. */
export class Levels<T extends { readonly place: LevelPlace<T> }> {
  readonly #set = new LevelSet();
  readonly #lines: (Line<T> | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): T | null {
    const level = this.#set.least();
    return level === -1 ? null : (this.#lines[level]?.head ?? null);
  }

  /** Puts the member at the end of a level's line; one that stands there already keeps its place. */
  put(member: T, wanted: number): void {
    const level = Math.min(wanted, LEVELS - 1);
    const { place } = member;
    if (place.level === level) return;
    this.remove(member);
    this.#lines[level] ??= { head: null, tail: null };
    const line = this.#lines[level];
    if (line === undefined) return;
    place.level = level;
    place.prev = line.tail;
    if (line.tail === null) {
      line.head = member;
      this.#set.add(level);
    } else line.tail.place.next = member;
    line.tail = member;
    this.#size++;
  }

  remove(member: T): void {
    const { place } = member;
    const { level, prev, next } = place;
    const line = this.#lines[level];
    if (level === -1 || line === undefined) return;
    if (prev === null) line.head = next;
    else prev.place.next = next;
    if (next === null) line.tail = prev;
    else next.place.prev = prev;
    if (line.head === null) this.#set.delete(level);
    place.level = -1;
    place.prev = null;
    place.next = null;
    this.#size--;
  }
}
