import {
  HISTORY_KEPT,
  HISTORY_SERIES_MAX,
  type HistoryBatch,
  type HistoryRow,
  type HistoryStep,
  type HistoryValue,
  historySteps,
} from "../../flow/history.ts";
import { integer, type Row, real, text } from "./rows.ts";

/** A value in one bucket, as it is written. */
export interface HistoryCell extends HistoryRow {
  /** Width of the bucket, ms. */
  readonly step: number;
}

/** Rows of one step that are outside of what is kept. */
export interface HistoryDrop {
  readonly step: number;
  readonly before: number;
  /** Later than any clock of a process can be: left by one that ran ahead. */
  readonly after: number;
}

const SERIES_LENGTH_MAX = 96;
const steps = Object.keys(historySteps) as HistoryStep[];
const bucket = (at: number, width: number): number => Math.floor(at / width) * width;

function checked({ series, value }: HistoryValue): HistoryValue {
  if (series === "" || series.length > SERIES_LENGTH_MAX) throw new RangeError(`history: series "${series}"`);
  if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER))
    throw new RangeError(`history: ${series} is ${value}`);
  return { series, value };
}

/** The cells of a batch, in the order in which every process writes them, so that none waits for another in a circle. */
export function historyCells({ at }: HistoryBatch, values: readonly HistoryValue[]): HistoryCell[] {
  const inOrder = values.map(checked).sort((a, b) => (a.series < b.series ? -1 : 1));
  return steps.flatMap((name) => {
    const step = historySteps[name];
    return inOrder.map(({ series, value }) => ({ step, start: bucket(at, step), series, value }));
  });
}

/** Throws RangeError for a batch that no process makes. */
export function checkBatch({ id, at, counts, levels }: HistoryBatch): void {
  if (!/^[0-9a-f]{16,64}$/.test(id)) throw new RangeError(`history: batch ${id}`);
  if (!Number.isSafeInteger(at) || at < 0) throw new RangeError(`history: time ${at}`);
  const names = [...counts, ...levels].map(({ series }) => series);
  if (names.length > HISTORY_SERIES_MAX) throw new RangeError(`history: ${names.length} series`);
  if (new Set(names).size < names.length) throw new RangeError("history: a series twice");
}

export function historyDrops(at: number): HistoryDrop[] {
  return steps.map((name) => {
    const step = historySteps[name];
    return { step, before: bucket(at, step) - (HISTORY_KEPT[name] - 1) * step, after: at + AHEAD_MS };
  });
}

/** How far the clocks of processes that share a store may differ, ms: ample. */
const AHEAD_MS = 86_400_000;

/** How long a batch is known, ms: longer than a process keeps one that the store did not take. */
export const BATCHES_KEPT_MS = 7_200_000;

export function historyRowOf(row: Row): HistoryRow {
  return { series: text(row, "series"), start: integer(row, "start"), value: real(row, "value") };
}
