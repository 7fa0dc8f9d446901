import { SeededRandom } from "../../../../sim/engine/seededRandom.ts";

/** Choices that follow from a seed and a name. */
export class Chance {
  readonly #random: SeededRandom;

  constructor(seed: number, name: string) {
    this.#random = new SeededRandom(seed, name);
  }

  /** An integer in 0..count-1. */
  below(count: number): number {
    return Math.floor(this.#random.unit() * count);
  }

  /** True in this share of the cases. */
  one(share: number): boolean {
    return this.#random.unit() < share;
  }

  of<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError("nothing to choose from");
    return item;
  }

  bytes(count: number): Buffer {
    return Buffer.from(this.#random.bytes(count));
  }

  /** A length: mostly short, at times up to `most`. */
  length(most: number): number {
    return this.below(1 + (this.one(0.9) ? Math.min(most, 24) : most));
  }

  /** A v4 UUID. */
  uuid(): string {
    const hex = this.bytes(16).toString("hex");
    const parts = [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
    return [...parts, hex.slice(20)].join("-");
  }
}
