import type { SimResult } from "../result.ts";
import { byVerdict, type StrategyVerdict } from "./verdicts.ts";

/** How a line looks: `ink` strong and in the colour of text, `alarm` red, `plain` thin in a colour, `aim` thin and dashed. */
export type LineRole = "ink" | "alarm" | "plain" | "aim";

export interface PlotLine {
  readonly name: string;
  readonly role: LineRole;
  /** Which colour of the palette, for `plain`, and which pattern of dashes; from 0. */
  readonly colour: number;
  readonly dash: number;
  /** One value per time. */
  readonly values: readonly (number | null)[];
}

export type Look = Omit<PlotLine, "name" | "values">;
export type Values = Readonly<Record<string, readonly (number | null)[]>>;

/** Colours for `plain` lines in the style of the page. */
const paletteSize = 6;

/** Five digits: no plot shows more, and the file stays small. */
export function fiveDigits(values: readonly (number | null)[], length: number): (number | null)[] {
  return Array.from({ length }, (_, at) => {
    const value = values[at] ?? null;
    return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(5));
  });
}

export const lookOf = (role: LineRole, at: number): Look =>
  role === "plain"
    ? { role, colour: at % paletteSize, dash: Math.floor(at / paletteSize) }
    : { role, colour: 0, dash: at };

const roleOf: Readonly<Partial<Record<StrategyVerdict, LineRole>>> = { baseline: "ink", PAYS: "alarm" };

/** A look for each strategy, the same in every plot. */
export function strategyLooks(result: SimResult): Map<string, Look> {
  const looks = new Map<string, Look>();
  const used: Record<LineRole, number> = { ink: 0, alarm: 0, plain: 0, aim: 0 };
  for (const [verdict, rows] of byVerdict(result)) {
    const role = roleOf[verdict] ?? "plain";
    for (const { strategy } of rows) {
      looks.set(strategy, lookOf(role, used[role]));
      used[role] += 1;
    }
  }
  return looks;
}

/** Fleets look like their strategy; the second of a strategy and so on have other dashes. */
export function fleetLooks(result: SimResult, strategies: ReadonlyMap<string, Look>): Map<string, Look> {
  const looks = new Map<string, Look>();
  const seen = new Map<string, number>();
  for (const { fleet, strategy } of result.miners) {
    if (looks.has(fleet)) continue;
    const look = strategies.get(strategy) ?? lookOf("plain", 0);
    const before = seen.get(strategy) ?? 0;
    looks.set(fleet, { ...look, dash: look.dash + 2 * before });
    seen.set(strategy, before + 1);
  }
  return looks;
}

/** The most important lines come last: they are drawn over the others. */
const order: Readonly<Record<LineRole, number>> = { plain: 0, alarm: 1, ink: 2, aim: 3 };

export function plotLines(values: Values, length: number, looks: ReadonlyMap<string, Look>): PlotLine[] {
  const lines = Object.entries(values).map(([name, own], at) => ({
    ...(looks.get(name) ?? lookOf("plain", at)),
    name,
    values: fiveDigits(own, length),
  }));
  return lines.sort((a, b) => order[a.role] - order[b.role]);
}
