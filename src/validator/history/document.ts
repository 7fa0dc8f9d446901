import { HISTORY_KEPT, type HistoryRow, type HistoryStep, historySteps } from "../../flow/history.ts";
import type { HistoryQuery, HistoryView } from "../../http/handlers.ts";
import { keptLevels, RECORDED, shownSeries } from "./kept.ts";

/** The buckets that a query gets: the first moments of the first one and of the one after the last. */
export interface HistoryRange {
  readonly step: HistoryStep;
  readonly from: number;
  readonly to: number;
  /** Whether the query asked for more. */
  readonly truncated: boolean;
}

/** What is kept of a step, as far as it was asked for; `to` is the end of the bucket of `nowMs` at most. */
export function rangeOf({ step, from, to }: HistoryQuery, nowMs: number): HistoryRange {
  const width = historySteps[step];
  const floor = (at: number): number => Math.floor(at / width) * width;
  const end = floor(nowMs) + width;
  const last = Math.min(end, to === null ? end : floor(to - 1) + width);
  const oldest = end - HISTORY_KEPT[step] * width;
  const wanted = from === null ? oldest : floor(from);
  return {
    step,
    from: Math.min(Math.max(oldest, wanted), Math.max(last, oldest)),
    to: last,
    truncated: wanted < oldest,
  };
}

const levels: ReadonlySet<string> = new Set(keptLevels);

/**
 * Rows as aligned points: null where nothing was recorded, 0 where only this series was not. Names that were kept by another version
 * are shown as they are.
 */
export function historyDocument(
  { step, from, to, truncated }: HistoryRange,
  rows: readonly HistoryRow[],
  names: readonly string[] | null,
): HistoryView {
  const width = historySteps[step];
  const starts = Array.from({ length: Math.max(0, (to - from) / width) }, (_, i) => from + i * width);
  const recorded = new Set(rows.filter(({ series }) => series === RECORDED).map(({ start }) => start));
  const bySeries = Map.groupBy(rows, ({ series }) => series);
  const series = [...bySeries].flatMap(([key, found]) => {
    const shown = shownSeries(key);
    if (names !== null && !names.includes(shown.name)) return [];
    const values = new Map(found.map(({ start, value }) => [start, value]));
    const missing = (start: number): number | null => (recorded.has(start) && !levels.has(key) ? 0 : null);
    const points = starts.map((start): [number, number | null] => [
      start,
      values.get(start) ?? missing(start),
    ]);
    return [{ ...shown, points }];
  });
  return { step, from, to, series, truncated };
}
