import type { HistoryValue } from "../../flow/history.ts";

/** Counts by series. */
export type Sums = ReadonlyMap<string, number>;

/** Adds rows of history, and what is counted and not recorded yet. */
export function sumsOf(rows: readonly HistoryValue[], unrecorded: Sums): Sums {
  const sums = new Map(unrecorded);
  for (const { series, value } of rows) sums.set(series, (sums.get(series) ?? 0) + value);
  return sums;
}

/** The sums of one name by the word of its label. */
export function byLabel(sums: Sums, name: string): [word: string, count: number][] {
  const prefix = `${name}:`;
  return [...sums]
    .filter(([series, count]) => series.startsWith(prefix) && count > 0)
    .map(([series, count]): [string, number] => [series.slice(prefix.length), count])
    .sort(([a, more], [b, less]) => less - more || (a < b ? -1 : 1));
}
