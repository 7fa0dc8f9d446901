import uPlot from "uplot";
import { number } from "../read/format.ts";
import { lonePoints } from "../read/lonePoints.ts";
import type { PlotProps } from "./plotProps.ts";

const dashes: readonly number[][] = [
  [],
  [6, 3],
  [2, 3],
  [8, 3, 2, 3],
  [12, 4],
  [1, 2],
  [4, 4],
  [10, 2, 2, 2],
];

const day = 86_400_000;

/** Marks of moments by the width between them: [width, text, _, _, text where a day begins, _, _, _, how]. */
const momentMarks: uPlot.Axis.TimeValuesConfig = [
  [28 * day, "{YYYY}-{MM}", null, null, null, null, null, null, 1],
  [day, "{MM}-{DD}", "\n{YYYY}", null, null, null, null, null, 1],
  [60_000, "{HH}:{mm}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
  [1000, "{HH}:{mm}:{ss}", "\n{YYYY}-{MM}-{DD}", null, "\n{MM}-{DD}", null, null, null, 1],
];

const colourOf = (node: Element, name: string): string =>
  getComputedStyle(node).getPropertyValue(name).trim();

function seriesOf(node: Element, { lines, format, unit }: PlotProps): uPlot.Series[] {
  return lines.map(({ label, style, isBars }, i) => {
    const at = style ?? i % dashes.length;
    const colour = colourOf(node, `--line-${at}`);
    const written = (value: number | null): string =>
      value === null ? "–" : (format?.(value) ?? `${number(value)}${unit === undefined ? "" : ` ${unit}`}`);
    return {
      ...{ label, stroke: colour, width: 1.75, dash: dashes[at] ?? [] },
      points: isBars
        ? { show: false }
        : { show: true, size: 5, fill: colour, filter: ({ data }, index) => lonePoints(data[index] ?? []) },
      ...(isBars && uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.8, 24] }), fill: colour } : {}),
      value: (_: uPlot, value: number | null) => written(value),
    };
  });
}

function bandOf(node: Element, { band }: PlotProps): uPlot.Plugin[] {
  if (band === undefined) return [];
  const draw = (plot: uPlot) => {
    const top = plot.valToPos(band.high, "y", true);
    const bottom = plot.valToPos(band.low, "y", true);
    plot.ctx.save();
    plot.ctx.fillStyle = colourOf(node, "--band");
    plot.ctx.fillRect(plot.bbox.left, top, plot.bbox.width, bottom - top);
    plot.ctx.restore();
  };
  return [{ hooks: { drawClear: draw } }];
}

/** Draws into the node, follows its width, and returns what removes the plot. */
export function drawPlot(node: HTMLElement, props: PlotProps): () => void {
  const { times, lines, height = 180, format } = props;
  const stroke = colourOf(node, "--dim");
  const grid = { stroke: colourOf(node, "--edge"), width: 1 };
  const axis = { stroke, grid, ticks: grid, font: "11px system-ui, sans-serif" };
  const values = (_: uPlot, splits: number[]) => splits.map((value) => format?.(value) ?? number(value));
  const plot = new uPlot(
    {
      width: Math.max(240, node.clientWidth),
      height,
      ms: 1,
      series: [{ label: "time", value: "{YYYY}-{MM}-{DD} {HH}:{mm}" }, ...seriesOf(node, props)],
      axes: [
        { ...axis, values: momentMarks },
        { ...axis, size: 64, values },
      ],
      cursor: { drag: { x: true, y: false } },
      legend: { live: true },
      plugins: bandOf(node, props),
    },
    [[...times], ...lines.map(({ values: line }) => [...line])],
    node,
  );
  const watch = new ResizeObserver(() => plot.setSize({ width: Math.max(240, node.clientWidth), height }));
  watch.observe(node);
  return () => {
    watch.disconnect();
    plot.destroy();
  };
}
