import type { PlotLine, PlotMark } from "./plotLines.ts";

/** A logarithmic axis: decades from..to on pixels start..end. */
export interface Scale {
  readonly from: number;
  readonly to: number;
  readonly start: number;
  readonly end: number;
}

/** Decades, not yet on pixels. */
export type Span = Pick<Scale, "from" | "to">;

/** The pixel of a logarithm. */
export function place({ from, to, start, end }: Scale, value: number): number {
  return start + ((value - from) / (to - from)) * (end - start);
}

/** Whole decades within, every so many that there are at most `most`. */
export function decades({ from, to }: Span, most: number): number[] {
  const every = Math.max(1, Math.ceil((to - from) / most));
  const first = Math.ceil(from / every - 1e-9);
  const count = Math.floor(to / every + 1e-9) - first + 1;
  return Array.from({ length: Math.max(0, count) }, (_, i) => every * (first + i) + 0);
}

/** A power of ten in digits, or as 1e7 where these are many. */
export function powerText(power: number): string {
  if (power < -4 || power > 5) return `1e${power}`;
  return (10 ** power).toLocaleString("en-US", { maximumFractionDigits: 4 });
}

/** Decades that an axis reaches beyond the gains of the table, so that a line is seen to cross 1. */
const BEYOND = 2;

/** Whole decades around every gain of the table, and the gains where lines cross 1 unless they are far off. */
export function gainSpan(lines: readonly PlotLine[], marks: readonly PlotMark[]): Span {
  const gains = [...lines.flatMap(({ points }) => points), ...marks].map(({ gain }) => gain);
  if (gains.length === 0) return { from: -6, to: -1 };
  const [least, most] = [Math.min(...gains), Math.max(...gains)];
  const near = lines
    .map(({ crossing }) => crossing)
    .filter((at) => at > least - BEYOND && at < most + BEYOND);
  const from = Math.floor(Math.min(least, ...near));
  return { from, to: Math.max(Math.ceil(Math.max(most, ...near)), from + 1) };
}

/** Share of the height that is left on either side of penalty / gain 1, for the word in it. */
const SIDE = 0.14;

/** Every line from side to side, and 1 with room above and below. */
export function ratioSpan(lines: readonly PlotLine[], gains: Span): Span {
  const crossings = lines.map(({ crossing }) => crossing);
  const low = Math.min(-1, ...crossings.map((at) => at - gains.to - 0.15));
  const high = Math.max(1, ...crossings.map((at) => at - gains.from + 0.15));
  const room = SIDE / (1 - SIDE);
  return { from: Math.min(low, -room * high), to: Math.max(high, -room * low) };
}
