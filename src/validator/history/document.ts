import { historySteps } from "../../flow/history.ts";
import type { HistoryQuery, HistoryView } from "../../http/handlers.ts";
import { keptLevels, RECORDED, shownSeries } from "./kept.ts";
import type { HistoryTable } from "./table.ts";

/** The buckets that a query gets: the first moments of the first one and of the one after the last. */
export interface HistoryRange {
  readonly from: number;
  readonly to: number;
  /** Whether the query asked for more. */
  readonly truncated: boolean;
}

/** Whole buckets of what is kept, as far as they were asked for. */
export function rangeOf(
  { from, to }: Pick<HistoryQuery, "from" | "to">,
  table: Pick<HistoryTable, "step" | "from" | "to">,
): HistoryRange {
  const width = historySteps[table.step];
  const wanted = from === null ? table.from : Math.floor(from / width) * width;
  const asked = to === null ? table.to : Math.ceil(to / width) * width;
  const end = Math.max(table.from, Math.min(table.to, asked));
  return { from: Math.min(Math.max(table.from, wanted), end), to: end, truncated: wanted < table.from };
}

const levels: ReadonlySet<string> = new Set(keptLevels);

/**
 * Columns as aligned points: null where nothing was recorded, 0 where only this series was not. Names that were kept by another version
 * are shown as they are.
 */
export function historyDocument(
  { from, to, truncated }: HistoryRange,
  table: HistoryTable,
  names: readonly string[] | null,
): HistoryView {
  const width = historySteps[table.step];
  const recorded = table.columns.get(RECORDED);
  const [first, count] = [(from - table.from) / width, (to - from) / width];
  const series = [...table.columns].flatMap(([key, column]) => {
    const shown = shownSeries(key);
    if (names !== null && !names.includes(shown.name)) return [];
    const missing = (at: number): number | null =>
      Number.isNaN(recorded?.[at] ?? Number.NaN) || levels.has(key) ? null : 0;
    const points = Array.from({ length: count }, (_, i): [number, number | null] => {
      const value = column[first + i] ?? Number.NaN;
      return [from + i * width, Number.isNaN(value) ? missing(first + i) : value];
    });
    return [{ ...shown, points }];
  });
  return { step: table.step, from, to, series, truncated };
}
