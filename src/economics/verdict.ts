import { deterrence, type Setting, type Temptation } from "./deterrence.ts";
import type { GainReading } from "./gains.ts";

/** One cell of the table: what a cheat with this gain costs a miner with this margin, over that gain. */
export interface VerdictCell {
  readonly reading: string;
  readonly gain: number;
  readonly margin: number;
  /** Null when there is nothing to gain. */
  readonly ratio: number | null;
  readonly loses: boolean;
}

/** Rows of the same gains are one row, under both names. */
function merged(rows: readonly VerdictCell[][]): VerdictCell[][] {
  const byGain = new Map<string, VerdictCell[]>();
  for (const row of rows) {
    const key = row.map(({ gain }) => gain.toPrecision(9)).join();
    const twin = byGain.get(key)?.[0];
    const named = ({ reading }: VerdictCell) =>
      twin === undefined ? reading : `${twin.reading}, ${reading}`;
    byGain.set(
      key,
      row.map((cell) => ({ ...cell, reading: named(cell) })),
    );
  }
  return [...byGain.values()];
}

/** Every reading of the gain with every margin: row by row, the largest gain last. */
export function verdictTable(
  setting: Setting,
  miner: Temptation,
  readings: readonly GainReading[],
  margins: readonly number[],
): VerdictCell[] {
  const largest = (row: readonly VerdictCell[]): number => Math.max(...row.map(({ gain }) => gain));
  const rows = readings.map(({ reading, gain }) =>
    margins.map((margin): VerdictCell => {
      const ratio = deterrence(setting, { ...miner, margin, gain: gain(margin) });
      const cell = { reading, gain: gain(margin), margin, loses: ratio > 1 };
      return { ...cell, ratio: Number.isFinite(ratio) ? ratio : null };
    }),
  );
  return merged(rows)
    .sort((a, b) => largest(a) - largest(b))
    .flat();
}

/** Which of the assumptions turns the verdict within the ranges of the table; cells with nothing to gain do not count. */
export function decisive(table: readonly VerdictCell[], stated: { gain: number; margin: number }) {
  const cells = table.filter(({ ratio }) => ratio !== null);
  const same = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.abs(b);
  const turns = (some: readonly VerdictCell[]): boolean =>
    some.some(({ loses }) => loses) && some.some(({ loses }) => !loses);
  return {
    gain: turns(cells.filter(({ margin }) => same(margin, stated.margin))),
    margin: turns(cells.filter(({ gain }) => same(gain, stated.gain))),
    anything: turns(cells),
  };
}
