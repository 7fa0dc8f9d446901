import type { Plan, PlanInputs } from "../../economics/plan.ts";
import {
  type Drawing,
  drawingOf,
  EDGE,
  HEAD,
  HEIGHT,
  LEAD,
  type PlacedMark,
  ROW,
  strokeOf,
  WIDTH,
  zoneBox,
  zoneNames,
} from "./plotDrawing.ts";
import { FLAG_GAP, type Flag, spread } from "./plotPlaces.ts";
import { place, powerText } from "./plotScale.ts";
import { escapeXml, px, strokePath, style, textAt } from "./plotSvg.ts";
import { axisWords, titleWords } from "./plotWords.ts";
import { four } from "./text.ts";

function axes(drawing: Drawing, caption: string): string[] {
  const { x, y } = drawing;
  const upright = drawing.upright.map((at) => [place(x, at), `${powerText(at + 2)} %`] as const);
  const level = drawing.level.map((at) => [place(y, at), powerText(at)] as const);
  const [middle, half] = [(x.start + x.end) / 2, (y.start + y.end) / 2];
  const grid = [
    ...upright.map(([at]) => `M${px(at)} ${px(y.start)}V${px(y.end)}`),
    ...level.map(([at]) => `M${px(x.start)} ${px(at)}H${px(x.end)}`),
  ];
  return [
    `<path class="grid" d="${grid.join("")}"/>`,
    ...upright.map(([at, words]) => textAt([at, y.start + 18], "tick", words, "middle")),
    ...level.map(([at, words]) => textAt([x.start - 8, at + 4], "tick", words, "end")),
    textAt([middle, HEIGHT - 16], "axis", caption, "middle"),
    `<g transform="translate(20 ${px(half)}) rotate(-90)">${textAt([0, 0], "axis", "penalty / gain", "middle")}</g>`,
  ];
}

/** The lines from side to side, thinner from one to the next, with the cells of the table as dots. */
function curves(drawing: Drawing): string[] {
  const { x, y, lines } = drawing;
  const now = lines.filter(({ before }) => !before);
  return lines.flatMap((line) => {
    const css = line.before ? "then" : "now";
    const width = line.before ? "" : ` stroke-width="${px(Math.max(1.2, 3 - 0.5 * now.indexOf(line)))}"`;
    const dots = new Set(line.points.map((at) => `M${px(place(x, at.gain))} ${px(place(y, at.ratio))}h0`));
    return [
      strokePath(`${css} line`, strokeOf(drawing, line), width),
      `<path class="${css} dots" d="${[...dots].join("")}"/>`,
    ];
  });
}

/** The names of the lines where these end, led to where they would cover each other. */
function endLabels(drawing: Drawing): string[] {
  const { x, y, lines } = drawing;
  const ends = lines.map((line) => strokeOf(drawing, line).y2);
  const places = spread(ends, ROW - 2, y.end + 6, y.start - 6);
  return lines.flatMap(({ label, before }, i) => {
    const [end = 0, at = 0] = [ends[i], places[i]];
    return [
      strokePath("lead", { x1: x.end + 2, y1: end, x2: x.end + LEAD - 2, y2: at }),
      textAt([x.end + LEAD + 2, at + 4], `label ${before ? "then" : "now"}`, label),
    ];
  });
}

/** The name of a gain above the plot, with a stem down to the axis. */
function flagText({ y }: Drawing, { mark, row, toLeft }: Flag<PlacedMark>): string[] {
  const base = y.end - 8 - ROW * row;
  return [
    strokePath("stem", { x1: mark.x, y1: y.start, x2: mark.x, y2: base - 10 }),
    textAt([mark.x + (toLeft ? -FLAG_GAP : FLAG_GAP), base], "label", mark.label, toLeft ? "end" : "start"),
  ];
}

function zoneWords(drawing: Drawing): string[] {
  return zoneNames.flatMap((words, i) => {
    const box = zoneBox(drawing, words);
    return box === undefined
      ? []
      : [textAt([box.left, box.bottom - 4], `zone ${i === 0 ? "loses" : "pays"}`, words)];
  });
}

function described(drawing: Drawing, title: string): string {
  const turns = drawing.lines.map(({ label, crossing }) => `${label}: ${four(100 * 10 ** crossing)} %`);
  const told =
    turns.length === 0
      ? ""
      : ` A cheat pays above these gains, in percent of a day's income: ${turns.join("; ")}.`;
  const words = `${drawing.header.join(" ")} Both axes are logarithmic.${told}`;
  return `<title id="assay-plan-title">${escapeXml(`Penalty / gain of a cheat: ${title}`)}</title>\n<desc id="assay-plan-desc">${escapeXml(words)}</desc>`;
}

/** The plan as one SVG file: penalty / gain over what a cheat gains, a line a margin. The same inputs give the same text. */
export function planPlot(inputs: PlanInputs, plan: Plan): string {
  const drawing = drawingOf(inputs, plan);
  const { x, y, header, flags } = drawing;
  const [title, one] = [titleWords(inputs), place(y, 0)];
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" class="plot" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-labelledby="assay-plan-title assay-plan-desc">`,
    described(drawing, title),
    `<style>${style}</style>`,
    `<rect class="back" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<rect class="shade" x="${px(x.start)}" y="${px(one)}" width="${px(x.end - x.start)}" height="${px(y.start - one)}"/>`,
    textAt([EDGE, HEAD], "title", title),
    ...header.map((words, i) => textAt([EDGE, HEAD + ROW * (i + 1) + 3], "say", words)),
    ...axes(drawing, axisWords(inputs)),
    ...flags.flatMap((flag) => flagText(drawing, flag)),
    strokePath("one", { x1: x.start, y1: one, x2: x.end, y2: one }),
    ...curves(drawing),
    ...endLabels(drawing),
    ...zoneWords(drawing),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}
