import { fourDigits, percent } from "../../core/figures.ts";
import type { Plan, PlanInputs } from "../plan.ts";
import type { VerdictCell } from "../verdict.ts";

/** Points for each decade of the gain: close enough to read a figure off the line. */
const PER_DECADE = 20;
/** The most decades on one plot, around the largest gains; smaller gains do not matter there. */
const MOST_DECADES = 16;

export interface PlanCurve {
  readonly name: string;
  /** `now` the setting, `before` the one compared with, `level` a threshold. */
  readonly kind: "now" | "before" | "level";
  readonly ratios: readonly number[];
}

/** Penalty / gain over the gain, which is in percent of a day's income. */
export interface PlanCurves {
  readonly gains: readonly number[];
  readonly lines: readonly PlanCurve[];
  readonly marks: readonly { readonly name: string; readonly gain: number }[];
}

/** A setting at one margin, and the gain from which a cheat pays there: penalty / gain is that gain over the gain. */
interface Turn {
  readonly name: string;
  readonly kind: "now" | "before";
  readonly gain: number;
  /** At the plan's own margin. */
  readonly stated: boolean;
}

/** What a logarithmic axis can show. */
const isDrawable = (gain: number): boolean => gain > 1e-200 && gain < 1e200;

function turnsOf({ incomePerDay }: PlanInputs, plan: Plan): Turn[] {
  const share = (gain: number): number => (100 * gain) / incomePerDay;
  const margins = [...Map.groupBy(plan.verdict, ({ margin }) => margin)];
  const now = margins.map(([margin, cells]): Turn => {
    const cell = cells.findLast(({ ratio }) => ratio !== null);
    const gain = share((cell?.gain ?? 0) * (cell?.ratio ?? 0));
    return { name: `margin ${percent(margin)}`, kind: "now", gain, stated: margin === plan.margin };
  });
  const before = share(plan.gain * (plan.before?.ratio ?? 0));
  const then: Turn = { name: `before, ${percent(plan.margin)}`, kind: "before", gain: before, stated: true };
  return [...now, then].filter(({ gain }) => isDrawable(gain));
}

/** The gains of the table that have a name of their own, the largest of each row. */
function namedGains({ incomePerDay }: PlanInputs, cells: readonly VerdictCell[]): PlanCurves["marks"] {
  return [...Map.groupBy(cells, ({ reading }) => reading)].flatMap(([reading, row]) => {
    const names = reading.split(", ").filter((name) => !name.endsWith("of a day's income"));
    const gain = (100 * Math.max(...row.map((cell) => cell.gain))) / incomePerDay;
    const name = names.join(", ").replace("as stated", "the stated gain");
    return names.length === 0 || !isDrawable(gain) ? [] : [{ name, gain }];
  });
}

function turnMarks(turns: readonly Turn[]): PlanCurves["marks"] {
  const words = { now: "pays from", before: "before: paid from" } as const;
  const stated = turns.filter((turn) => turn.stated);
  return stated.map(({ kind, gain }) => ({ name: `${words[kind]} ${fourDigits(gain)} % on`, gain }));
}

/** Whole decades around all of these gains. */
function gainSteps(gains: readonly number[]): number[] {
  const last = Math.ceil(Math.log10(Math.max(...gains)));
  const least = Math.floor(Math.log10(Math.min(...gains)));
  const first = Math.max(Math.min(least, last - 1), last - MOST_DECADES);
  const count = (last - first) * PER_DECADE + 1;
  return Array.from({ length: count }, (_, i) => 10 ** (first + i / PER_DECADE));
}

/** What the page draws; nothing where no cheat gains anything. */
export function planCurves(inputs: PlanInputs, plan: Plan): PlanCurves {
  const turns = turnsOf(inputs, plan);
  if (turns.length === 0) return { gains: [], lines: [], marks: [] };
  const marks = [...namedGains(inputs, plan.verdict), ...turnMarks(turns)];
  const shares = plan.verdict.map(({ gain }) => (100 * gain) / inputs.incomePerDay).filter(isDrawable);
  const gains = gainSteps([...shares, ...turns.map(({ gain }) => gain)]);
  const levels = [
    ...new Map([
      [1, "costs its gain"],
      [inputs.factor, `${fourDigits(inputs.factor)} x its gain`],
    ]),
  ];
  return {
    gains,
    lines: [
      ...turns.map(({ name, kind, gain: turn }) => ({
        name,
        kind,
        ratios: gains.map((gain) => turn / gain),
      })),
      ...levels.map(([ratio, name]) => ({ name, kind: "level" as const, ratios: gains.map(() => ratio) })),
    ],
    marks,
  };
}
