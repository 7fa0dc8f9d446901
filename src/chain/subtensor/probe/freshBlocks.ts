import type { BlockRef } from "../node.ts";

/** A block that was seen to arrive. */
export interface FreshBlock {
  readonly hash: string;
  /** The machine's clock then, Unix ms. */
  readonly arrivedMs: number;
}

/** Waits for a block that follows the one before it: others may have been there for long. */
export class FreshBlocks {
  #last: number | null = null;
  #waiting: ((block: FreshBlock) => void) | null = null;

  note({ number, hash }: BlockRef, arrivedMs: number): void {
    const follows = this.#last !== null && number === this.#last + 1;
    this.#last = number;
    if (!follows) return;
    this.#waiting?.({ hash, arrivedMs });
    this.#waiting = null;
  }

  /** The next one; null when none comes in time. */
  next(waitMs: number): Promise<FreshBlock | null> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting = null;
        resolve(null);
      }, waitMs);
      this.#waiting = (block) => {
        clearTimeout(timer);
        resolve(block);
      };
    });
  }
}
