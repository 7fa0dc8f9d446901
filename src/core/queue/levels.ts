import { Line, type Linked } from "./line.ts";

/** Number of levels; higher ones count as the last. */
const LEVELS = 32 * 32 * 32;

/** A set of small integers whose least member is found in three steps. */
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

/** The position of a member, kept by the member: one per `Levels` that it is in. */
export class LevelPlace<T> implements Linked<LevelPlace<T>> {
  readonly member: T;
  /** -1 while it is in no line. */
  level = -1;
  prev: LevelPlace<T> | null = null;
  next: LevelPlace<T> | null = null;

  constructor(member: T) {
    this.member = member;
  }
}

/** Lines by level, each first in, first out: `first` is the member that has waited longest at the least level. */
export class Levels<T> {
  readonly #set = new LevelSet();
  readonly #lines: (Line<LevelPlace<T>> | undefined)[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  first(): T | null {
    const level = this.#set.least();
    return level === -1 ? null : (this.#lines[level]?.first?.member ?? null);
  }

  /** Puts the member at the end of a level's line; one that is in that line already keeps its place. */
  put(place: LevelPlace<T>, wanted: number): void {
    const level = Math.min(wanted, LEVELS - 1);
    if (place.level === level) return;
    this.remove(place);
    this.#lines[level] ??= new Line();
    if (this.#lines[level].first === null) this.#set.add(level);
    this.#lines[level].append(place);
    place.level = level;
    this.#size++;
  }

  remove(place: LevelPlace<T>): void {
    const { level } = place;
    const line = level === -1 ? undefined : this.#lines[level];
    if (line === undefined) return;
    line.remove(place);
    if (line.first === null) this.#set.delete(level);
    place.level = -1;
    this.#size--;
  }
}
