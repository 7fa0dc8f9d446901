import { Fifo } from "../core/queue/fifo.ts";

/** Items at whole-numbered levels from 0 to `top`, first in first out within one; a search looks at each level once. */
export class Levels<T> {
  readonly #levels: readonly Fifo<T>[];
  readonly #levelOf = new Map<T, Fifo<T>>();

  constructor(top: number) {
    this.#levels = Array.from({ length: top + 1 }, () => new Fifo<T>());
  }

  get size(): number {
    return this.#levelOf.size;
  }

  /** Moves the item to the end of a level; where it is there already, it keeps its turn. */
  put(item: T, level: number): void {
    const line = this.#levels[level];
    if (line === undefined) throw new RangeError(`levels: ${level} of ${this.#levels.length}`);
    if (this.#levelOf.get(item) === line) return;
    this.drop(item);
    line.append(item);
    this.#levelOf.set(item, line);
  }

  drop(item: T): void {
    this.#levelOf.get(item)?.leave(item);
    this.#levelOf.delete(item);
  }

  /** Who stands first at the lowest level that has anybody. */
  lowest(): T | null {
    return this.#levels.find((line) => line.length > 0)?.first ?? null;
  }

  /** Who stands first at the highest level that has anybody. */
  highest(): T | null {
    return this.#levels.findLast((line) => line.length > 0)?.first ?? null;
  }
}
