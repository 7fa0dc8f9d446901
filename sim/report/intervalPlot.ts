import { fourDigits } from "../../src/core/figures.ts";
import type { CampaignStrategy } from "../campaign/result.ts";
import { escapeHtml } from "./escape.ts";
import { signed } from "./figures.ts";

/** The leftmost and the rightmost value drawn, and the marks between. */
interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

/** A step of 1, 2 or 5 times a power of ten that divides a width into at most five. */
export function tickStep(width: number): number {
  const least = width / 5;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * (least <= power ? 1 : least <= 2 * power ? 2 : least <= 5 * power ? 5 : 10);
}

/** Around zero, with room for the dots at both ends. */
function axisOf(rows: readonly CampaignStrategy[]): Axis {
  const values = rows
    .flatMap(({ mean, low, high }) => [mean, low ?? mean, high ?? mean])
    .filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const room = 0.05 * (most - least || 2);
  const [from, to] = [least - room, most + room];
  const step = tickStep(to - from);
  const first = Math.ceil(from / step);
  const ticks = Array.from({ length: Math.floor(to / step) - first + 1 }, (_, at) => (first + at) * step);
  return { from, to, ticks };
}

/** The place of a value, in percent of the width. */
const place = ({ from, to }: Axis, value: number): string =>
  `${((100 * (value - from)) / (to - from)).toFixed(2)}%`;

function gridLines(axis: Axis): string {
  const line = (value: number): string =>
    `<line class="${value === 0 ? "zero" : "tick"}" x1="${place(axis, value)}" x2="${place(axis, value)}" y1="0" y2="100%"/>`;
  return axis.ticks.map(line).join("");
}

function mark(axis: Axis, row: CampaignStrategy): string {
  const { mean, low, high, verdict } = row;
  const dot = `<circle class="${verdict === "undecided" ? "hollow" : "dot"}" cx="${place(axis, mean)}" cy="50%" r="5"/>`;
  if (low === null || high === null || isBaseline(row)) return dot;
  const end = (value: number): string =>
    `<line class="end" x1="${place(axis, value)}" x2="${place(axis, value)}" y1="30%" y2="70%"/>`;
  const whisker = `<line class="whisker" x1="${place(axis, low)}" x2="${place(axis, high)}" y1="50%" y2="50%"/>`;
  return `${whisker}${end(low)}${end(high)}${dot}`;
}

const isBaseline = ({ strategy }: CampaignStrategy): boolean => strategy === "honest";

/** For honest miners the difference is exactly 0 in every run, however their sums were rounded. */
export function against(row: CampaignStrategy, value: number | null): string {
  return isBaseline(row) ? "0" : signed(value);
}

/** "-3.2 [-4.1, -2.3]". */
export function intervalText(row: CampaignStrategy): string {
  const { mean, low, high } = row;
  if (isBaseline(row)) return "0";
  return low === null || high === null ? signed(mean) : `${signed(mean)} [${signed(low)}, ${signed(high)}]`;
}

/** As in the plan, strategies that pay are in capitals. */
export function verdictWord(row: CampaignStrategy): string {
  if (isBaseline(row)) return "baseline";
  return row.verdict === "profits" ? "PAYS" : row.verdict;
}

function rowHtml(axis: Axis, row: CampaignStrategy): string {
  const name = escapeHtml(row.strategy);
  const css = isBaseline(row) ? "baseline" : row.verdict;
  const words = `${name}: ${intervalText(row)}, ${verdictWord(row)}`;
  const drawing = `<svg role="img" aria-label="${words}">${gridLines(axis)}${mark(axis, row)}</svg>`;
  return `<tr class="${css}"><th scope="row" class="words">${name}</th><td class="interval">${drawing}</td><td>${intervalText(row)}</td><td class="words">${verdictWord(row)}</td></tr>`;
}

/** A table with a picture in each row: mean and interval of every strategy on one axis around zero. */
export function intervalPlot(caption: string, rows: readonly CampaignStrategy[]): string {
  const axis = axisOf(rows);
  const label = (value: number): string =>
    `<text x="${place(axis, value)}" y="60%">${value === 0 ? "0" : fourDigits(value)}</text>`;
  const name = escapeHtml(caption);
  return `<div class="scroll intervals" role="region" tabindex="0" aria-label="${name}">
<table><caption>${name}</caption>
<thead><tr><th scope="col" class="words">strategy</th><th scope="col" class="words">below honest, or above</th><th scope="col">mean and interval</th><th scope="col" class="words">verdict</th></tr></thead>
<tbody>
${rows.map((row) => rowHtml(axis, row)).join("\n")}
</tbody>
<tfoot><tr><td></td><td class="interval"><svg aria-hidden="true">${axis.ticks.map(label).join("")}</svg></td><td></td><td></td></tr></tfoot></table></div>`;
}
