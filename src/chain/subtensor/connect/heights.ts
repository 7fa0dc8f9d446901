import { BoundedMap } from "../../../core/queue/boundedMap.ts";
import type { BlockRef, Disagreement } from "../node.ts";

/** About 12 minutes of 12-second blocks: endpoints that are further apart are not compared. */
const KEPT = 64;

/** The hashes that one endpoint gave for its last finalised heights. */
export class Heights {
  readonly #hashes = new BoundedMap<number, string>(KEPT);

  note({ number, hash }: BlockRef): void {
    this.#hashes.set(number, hash);
  }

  hashOf(number: number): string | null {
    return this.#hashes.peek(number) ?? null;
  }

  numbers(): readonly number[] {
    return [...this.#hashes.keys()];
  }
}

/** The highest height at which endpoints disagree; null where all agree on every height that two of them know. */
export function disagreementOf(
  endpoints: readonly { readonly name: string; readonly heights: Heights }[],
): Disagreement | null {
  const numbers = new Set(endpoints.flatMap(({ heights }) => heights.numbers()));
  for (const number of [...numbers].sort((a, b) => b - a)) {
    const hashes = endpoints.flatMap(({ name, heights }) => {
      const hash = heights.hashOf(number);
      return hash === null ? [] : [{ endpoint: name, hash }];
    });
    if (new Set(hashes.map(({ hash }) => hash)).size > 1) return { number, hashes };
  }
  return null;
}
