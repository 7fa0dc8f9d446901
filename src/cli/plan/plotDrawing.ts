import type { Plan, PlanInputs } from "../../economics/plan.ts";
import { type PlotLine, type PlotMark, plotLines, plotMarks } from "./plotLines.ts";
import { type Box, type Flag, freeBox, placeFlags, type Stroke } from "./plotPlaces.ts";
import { decades, gainSpan, place, ratioSpan, type Scale } from "./plotScale.ts";
import { widthOf } from "./plotSvg.ts";
import { lined, sentences } from "./plotWords.ts";

/** The whole picture, and what its edges keep free, pixels. */
export const [WIDTH, HEIGHT, EDGE] = [880, 600, 16];
/** Height of a line of text and of a row of flags. */
export const ROW = 17;
/** Base of the first line of text. */
export const HEAD = 30;
/** Between the end of a line and its label. */
export const LEAD = 14;
/** Lines of the grid and their labels, at most one more than this. */
const [MOST_UPRIGHT, MOST_LEVEL] = [8, 10];

export interface PlacedMark extends PlotMark {
  readonly x: number;
  readonly width: number;
}

/** All that is drawn, with its scales. `upright` and `level` are the decades that the grid shows. */
export interface Drawing {
  readonly header: readonly string[];
  readonly lines: readonly PlotLine[];
  readonly flags: readonly Flag<PlacedMark>[];
  readonly x: Scale;
  readonly y: Scale;
  readonly upright: readonly number[];
  readonly level: readonly number[];
}

function placed(marks: readonly PlotMark[], x: Scale): PlacedMark[] {
  return marks.map((mark) => ({ ...mark, x: place(x, mark.gain), width: widthOf(mark.label, "label") }));
}

/** Lays the plan out: labels first, the plot takes what they leave. */
export function drawingOf(inputs: PlanInputs, plan: Plan): Drawing {
  const [lines, marks] = [plotLines(inputs, plan), plotMarks(inputs, plan)];
  const header = lined(sentences(inputs, plan), WIDTH - 2 * EDGE);
  const labels = Math.max(0, ...lines.map(({ label }) => widthOf(label, "label")));
  const gains = gainSpan(lines, marks);
  const x: Scale = { ...gains, start: 84, end: WIDTH - EDGE - LEAD - 4 - Math.max(labels, 40) };
  const flags = placeFlags(placed(marks, x), { left: EDGE, right: WIDTH - EDGE });
  const rows = 1 + Math.max(-1, ...flags.map(({ row }) => row));
  const top = HEAD + ROW * header.length + ROW * rows + 22;
  const y: Scale = { ...ratioSpan(lines, gains), start: HEIGHT - 58, end: top };
  const grid = { upright: decades(x, MOST_UPRIGHT), level: decades(y, MOST_LEVEL) };
  return { header, lines, flags, x, y, ...grid };
}

/** A line of the plot from side to side. */
export function strokeOf({ x, y }: Drawing, line: PlotLine): Stroke {
  return {
    x1: x.start,
    y1: place(y, line.crossing - x.from),
    x2: x.end,
    y2: place(y, line.crossing - x.to),
  };
}

/** Places for a word, nearest to the height first, each from one side to the other. */
function boxesFor(width: number, { x, y }: Drawing, above: boolean): Box[] {
  const one = place(y, 0);
  const room = above ? one - y.end : y.start - one;
  const heights = Array.from({ length: Math.max(1, Math.floor((room - 6) / 20)) }, (_, i) => 6 + 20 * i);
  const steps = Array.from({ length: Math.floor((x.end - x.start - width - 20) / 6) }, (_, i) => 10 + 6 * i);
  return heights.flatMap((off) => {
    const top = above ? one - off - ROW : one + off;
    return steps.map((step): Box => {
      const left = above ? x.end - step - width : x.start + step;
      return { left, right: left + width, top, bottom: top + ROW };
    });
  });
}

/** What is written above and below penalty / gain 1. */
export const zoneNames = ["cheating loses", "cheating pays"] as const;

/** Where such a word stands: clear of lines and stems, and of the grid if it can be. */
export function zoneBox(drawing: Drawing, words: (typeof zoneNames)[number]): Box | undefined {
  const { x, y, lines, flags, upright } = drawing;
  const post = (at: number): Stroke => ({ x1: at, y1: y.start, x2: at, y2: y.end });
  const strokes = [...lines.map((line) => strokeOf(drawing, line)), ...flags.map(({ mark }) => post(mark.x))];
  const grid = upright.map((at) => post(place(x, at)));
  const boxes = boxesFor(widthOf(words, "zone"), drawing, words === "cheating loses");
  return freeBox(boxes, [...strokes, ...grid]) ?? freeBox(boxes, strokes) ?? boxes[0];
}
