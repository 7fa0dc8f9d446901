import type { Plan, PlanInputs } from "../../economics/plan.ts";
import { four } from "./text.ts";

/** A figure of the plan. Both are logarithms to base ten; the gain is a share of a day's income. */
export interface PlotPoint {
  readonly gain: number;
  readonly ratio: number;
}

/** Penalty / gain falls as one over the gain: on logarithmic axes a straight line through its points. */
export interface PlotLine {
  readonly label: string;
  readonly before: boolean;
  /** The gain where penalty / gain is 1, as in a point. */
  readonly crossing: number;
  readonly points: readonly PlotPoint[];
}

/** A gain of the table that has a name. */
export interface PlotMark {
  readonly label: string;
  readonly gain: number;
}

/** Lines that are drawn at most; of more margins, the first, the last and some between. */
export const mostLines = 12;

/** Short names of the readings of the gain; the others are parts of a day's income, which the axis tells. */
const names: Readonly<Record<string, string>> = {
  "compute saved on a job here": "compute saved, at most",
  "a job's income from here": "a job's income here",
  "a job's income from all validators": "a job's income, all validators",
  "as stated": "the stated gain",
};

function pointOf(gain: number, ratio: number | null, income: number): PlotPoint[] {
  const point = {
    gain: Math.log10(gain) - Math.log10(income),
    ratio: Math.log10(ratio ?? 0),
  };
  return Number.isFinite(point.gain) && Number.isFinite(point.ratio) ? [point] : [];
}

function lineThrough(label: string, before: boolean, points: readonly PlotPoint[]): PlotLine[] {
  const last = points.at(-1);
  return last === undefined ? [] : [{ label, before, crossing: last.gain + last.ratio, points }];
}

interface MarginLine extends PlotLine {
  readonly margin: number;
}

/** Margins that lose the same, as where a new identity caps the loss, share a line and a label. */
function merged(lines: readonly MarginLine[]): PlotLine[] {
  const [first, ...rest] = lines;
  if (first === undefined) return [];
  const twins = rest.findIndex(({ crossing }) => Math.abs(crossing - first.crossing) > 1e-9);
  const same = [first, ...(twins === -1 ? rest : rest.slice(0, twins))];
  const span = [...new Set([same.at(-1) ?? first, first].map(({ margin }) => four(100 * margin)))];
  const label = `${span.length === 1 ? "margin" : "margins"} ${span.join(" to ")} %`;
  const points = same.flatMap((line) => line.points);
  return [{ ...first, label, points }, ...merged(lines.slice(same.length))];
}

function thinned<T>(all: readonly T[], most: number): T[] {
  const kept = Math.min(all.length, most);
  const at = (i: number): number => (kept === 1 ? 0 : Math.round((i * (all.length - 1)) / (kept - 1)));
  return Array.from({ length: kept }, (_, i) => all[at(i)]).filter((one) => one !== undefined);
}

/** A line a margin of the table, and that of the setting before; those that no cheat can gain by are left out. Highest first. */
export function plotLines({ incomePerDay }: PlanInputs, plan: Plan): PlotLine[] {
  const margins = thinned([...Map.groupBy(plan.verdict, ({ margin }) => margin)], mostLines);
  const now = margins.flatMap(([margin, cells]): MarginLine[] => {
    const points = cells.flatMap(({ gain, ratio }) => pointOf(gain, ratio, incomePerDay));
    return lineThrough("", false, points).map((line) => ({ ...line, margin }));
  });
  const label = `before, ${four(100 * plan.margin)} %`;
  const then = lineThrough(label, true, pointOf(plan.gain, plan.before?.ratio ?? null, incomePerDay));
  return [...merged(now), ...then].sort((a, b) => b.crossing - a.crossing);
}

/** The gains of the table that have a name, least first; of a range the greatest. */
export function plotMarks({ incomePerDay }: PlanInputs, plan: Plan): PlotMark[] {
  const rows = [...Map.groupBy(plan.verdict, ({ reading }) => reading)];
  return rows
    .flatMap(([reading, cells]): PlotMark[] => {
      const known = reading.split(", ").flatMap((part) => names[part] ?? []);
      const gain = Math.log10(Math.max(...cells.map((cell) => cell.gain))) - Math.log10(incomePerDay);
      return known.length > 0 && Number.isFinite(gain) ? [{ label: known.join("; "), gain }] : [];
    })
    .sort((a, b) => a.gain - b.gain);
}
