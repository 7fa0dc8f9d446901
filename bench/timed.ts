import { median } from "./report.ts";

/** What a bench computes ends up here, so that none of it can be optimised away. */
export const sink: { value: unknown } = { value: null };

const REPEATS = 15;
const WARM_UPS = 5;

type Work = (call: number) => unknown;

function timeUs(count: number, first: number, work: Work): number {
  const startedAt = performance.now();
  for (let i = 0; i < count; i++) sink.value = work(first + i);
  return ((performance.now() - startedAt) * 1000) / count;
}

/**
 * Microseconds of one call of each work: medians of 15 rounds of `count` calls, after five to warm up. Every round runs
 * every work, so that noise and warmth are the same for all. Calls are numbered over all rounds: work that must be
 * fresh can tell its calls apart.
 */
export function compareUs<Name extends string>(
  count: number,
  works: Readonly<Record<Name, Work>>,
): Record<Name, number> {
  const names = Object.keys(works) as Name[];
  const times = new Map(names.map((name) => [name, [] as number[]]));
  for (let round = 0; round < WARM_UPS + REPEATS; round++) {
    for (const name of names) {
      const us = timeUs(count, round * count, works[name]);
      if (round >= WARM_UPS) times.get(name)?.push(us);
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(times.get(name) ?? [])])) as Record<
    Name,
    number
  >;
}

/** How many calls of each work `compareUs` makes in all. */
export const callsOf = (count: number): number => count * (REPEATS + WARM_UPS);

/** The item of a list whose length the caller knows. */
export function at<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new RangeError("bench: an empty list");
  return item;
}
