import { HISTORY_KEPT, type HistoryRow, type HistoryStep, historySteps } from "../../flow/history.ts";

/** All that is kept of a step, in columns: a number per bucket, NaN where there is no row. */
export interface HistoryTable {
  readonly step: HistoryStep;
  /** First moment of the first bucket. */
  readonly from: number;
  /** The end of the last bucket, the one under way. */
  readonly to: number;
  readonly columns: ReadonlyMap<string, Float64Array>;
}

/** What is kept of a step at a moment. */
export function spanOf(step: HistoryStep, nowMs: number): { readonly from: number; readonly to: number } {
  const width = historySteps[step];
  const to = (Math.floor(nowMs / width) + 1) * width;
  return { from: to - HISTORY_KEPT[step] * width, to };
}

export function tableOf(step: HistoryStep, nowMs: number, rows: readonly HistoryRow[]): HistoryTable {
  const { from, to } = spanOf(step, nowMs);
  const columns = new Map<string, Float64Array>();
  for (const { series, start, value } of rows) {
    const column = columns.get(series) ?? new Float64Array(HISTORY_KEPT[step]).fill(Number.NaN);
    columns.set(series, column);
    const at = (start - from) / historySteps[step];
    if (at >= 0 && at < column.length) column[at] = value;
  }
  return { step, from, to, columns };
}
