import type { PlanPage } from "../../src/economics/planner/planPage.ts";

type Curves = PlanPage["curves"];

const [width, height, left, bottom] = [640, 300, 52, 34];
/** Ratios outside of this are not what the plot is about. */
const [low, high] = [1e-2, 1e3];

interface Axes {
  x(gain: number): number;
  y(ratio: number): number;
}

function axesOf({ gains }: Curves): Axes {
  const [first = 1, last = 10] = [gains[0], gains.at(-1)];
  const span = Math.log(last / first) || 1;
  return {
    x: (gain) => left + ((width - left - 8) * Math.log(gain / first)) / span,
    y: (ratio) => 8 + ((height - bottom - 8) * Math.log(high / ratio)) / Math.log(high / low),
  };
}

/** The part of a falling line that lies within the plot; its ends are where it leaves it. */
function pathOf({ gains }: Curves, ratios: readonly number[], { x, y }: Axes): string {
  const points = gains.flatMap((gain, i) => {
    const ratio = ratios[i] ?? Number.NaN;
    return ratio >= low && ratio <= high ? [`${x(gain).toFixed(1)},${y(ratio).toFixed(1)}`] : [];
  });
  return points.length < 2 ? "" : `M${points.join("L")}`;
}

const decades = (from: number, to: number): number[] => {
  const [first, last] = [Math.ceil(Math.log10(from) - 1e-9), Math.floor(Math.log10(to) + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
};

const written = (value: number): string =>
  value >= 1e-3 && value < 1e5 ? String(Number(value.toPrecision(1))) : value.toExponential(0);

/** Penalty over gain, both axes logarithmic: where a line falls below 1, a cheat pays. */
export function PlanCurve({ curves }: { curves: Curves }) {
  const { gains, lines, marks, words, note } = curves;
  if (gains.length < 2) return null;
  const axes = axesOf(curves);
  const [first = 1, last = 10] = [gains[0], gains.at(-1)];
  const every = Math.max(1, Math.ceil(Math.log10(last / first) / 8));
  const ticks = decades(first, last).filter((_, i) => i % every === 0);
  return (
    <figure class="plan-curve">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={words}>
        <rect
          class="pays"
          x={left}
          y={axes.y(1)}
          width={width - left - 8}
          height={height - bottom - axes.y(1)}
        />
        {decades(low, high).map((ratio) => (
          <g key={ratio}>
            <line class="grid-line" x1={left} x2={width - 8} y1={axes.y(ratio)} y2={axes.y(ratio)} />
            <text x={left - 6} y={axes.y(ratio) + 4} text-anchor="end">
              {written(ratio)}
            </text>
          </g>
        ))}
        {ticks.map((gain) => (
          <text key={gain} x={axes.x(gain)} y={height - bottom + 16} text-anchor="middle">
            {written(gain)}
          </text>
        ))}
        <text x={width - 8} y={height - 3} text-anchor="end">
          gain, % of a day's income
        </text>
        {marks.map(({ name, gain }) => (
          <line key={name} class="mark" x1={axes.x(gain)} x2={axes.x(gain)} y1={8} y2={height - bottom}>
            <title>{name}</title>
          </line>
        ))}
        {lines.map(({ name, kind, ratios }, i) => (
          <path key={name} class={`curve ${kind} style-${i % 8}`} d={pathOf(curves, ratios, axes)}>
            <title>{name}</title>
          </path>
        ))}
      </svg>
      <ul class="legend">
        {lines.map(({ name, kind }, i) => (
          <li key={name}>
            <svg width="26" height="8" aria-hidden="true">
              <path class={`curve ${kind} style-${i % 8}`} d="M0,4L26,4" />
            </svg>{" "}
            {name}
          </li>
        ))}
        {marks.map(({ name }) => (
          <li key={name} class="dim">
            <svg width="8" height="12" aria-hidden="true">
              <path class="mark" d="M4,0L4,12" />
            </svg>{" "}
            {name}
          </li>
        ))}
      </ul>
      <figcaption class="dim">{note}</figcaption>
    </figure>
  );
}
