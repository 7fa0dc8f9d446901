import type { HistoryView } from "../../src/http/handlers.ts";
import { resource } from "./resources.ts";

/** How far back the page looks, and in which steps: what the validator keeps of each. */
export const spans = {
  hour: { title: "1 hour", ms: 3_600_000, step: "minute" },
  six: { title: "6 hours", ms: 6 * 3_600_000, step: "minute" },
  day: { title: "24 hours", ms: 24 * 3_600_000, step: "hour" },
  week: { title: "7 days", ms: 7 * 86_400_000, step: "hour" },
  month: { title: "30 days", ms: 30 * 86_400_000, step: "hour" },
  year: { title: "400 days", ms: 400 * 86_400_000, step: "day" },
} as const;

export type SpanName = keyof typeof spans;

export const spanOf = (name: string | undefined): SpanName =>
  name !== undefined && Object.hasOwn(spans, name) ? (name as SpanName) : "six";

/** `minute` moments make the address the same within a minute. */
export function historyOf(span: SpanName, nowMs: number) {
  const { ms, step } = spans[span];
  const to = Math.ceil(nowMs / 60_000) * 60_000;
  return resource<HistoryView>(`v1/history?step=${step}&from=${to - ms}&to=${to}`);
}

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
}

/** Without the moments before the first that anything is on record of, so that a young validator's plot is not empty. */
export function trimmed(view: HistoryView): HistoryView {
  const first = view.series.map(({ points }) => points.findIndex(([, value]) => value !== null));
  const begin = Math.min(...first.map((at) => (at < 0 ? Number.POSITIVE_INFINITY : at)));
  if (!Number.isFinite(begin) || begin <= 1) return view;
  return { ...view, series: view.series.map((one) => ({ ...one, points: one.points.slice(begin - 1) })) };
}

export const timesOf = ({ series }: HistoryView): number[] => (series[0]?.points ?? []).map(([at]) => at);

type Series = HistoryView["series"][number];

const sum = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : a + b);

/** All series of a name as one line, whatever their labels; null where the name is not on record. */
export function lineOf({ series }: HistoryView, name: string, label: string): Line | null {
  const found = series.filter((one) => one.name === name);
  const [first] = found;
  if (first === undefined) return null;
  const values = first.points.map((_, i) =>
    found.reduce<number | null>((total, { points }) => sum(total, points[i]?.[1] ?? null), null),
  );
  return { label, values };
}

const totalOf = ({ points }: Series): number => points.reduce((total, [, value]) => total + (value ?? 0), 0);

/** One line per value of a label, the largest first; those past `most` as one line, "others". */
export function linesBy(view: HistoryView, name: string, key: string, most: number): Line[] {
  const found = view.series
    .filter((one) => one.name === name && totalOf(one) > 0)
    .sort((a, b) => totalOf(b) - totalOf(a));
  const lines = found
    .slice(0, most)
    .map(({ labels, points }) => ({ label: labels[key] ?? "all", values: points.map(([, value]) => value) }));
  const rest = found.slice(most).map((one) => ({ ...one, name: "rest" }));
  const others = lineOf({ ...view, series: rest }, "rest", "others");
  return others === null ? lines : [...lines, others];
}

/** Totals by value of a label, the largest first. */
export function totalsBy(
  { series }: HistoryView,
  name: string,
  key: string,
): { value: string; count: number }[] {
  return series
    .filter((one) => one.name === name)
    .map((one) => ({ value: one.labels[key] ?? "all", count: totalOf(one) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}
