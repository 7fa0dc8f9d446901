import { fourDigits, percent, span } from "../../core/figures.ts";
import type { LossRow } from "../losses.ts";
import type { Plan } from "../plan.ts";
import type { VerdictCell } from "../verdict.ts";

// The tables of a plan: rows of cells, the head first.

type Summary = NonNullable<Plan["before"]>;

/** The setting and the one before, side by side. */
export function settingRows(plan: Plan): string[][] {
  const columns: Summary[] = plan.before === null ? [plan] : [plan, plan.before];
  const row = (name: string, cell: (of: Summary) => string): string[] => [name, ...columns.map(cell)];
  return [
    ["", "now", ...(plan.before === null ? [] : ["before"])],
    row("verified", (of) => percent(of.rate)),
    row("strikes that suspend", (of) => fourDigits(of.strikes)),
    row("suspension", (of) => span(86_400_000 * of.suspension_days)),
    row("cheats to a detection, mean", (of) => fourDigits(of.mean_cheats_to_detection)),
    row("cheats to a suspension, mean", (of) => fourDigits(of.mean_cheats_to_suspension)),
    row("cheats to a suspension, 95 %", (of) => fourDigits(of.cheats_to_suspension_95)),
    row("suspended after, if it always cheats", (of) => span(1000 * of.full_time.seconds_to_suspension)),
    row("share of time not suspended, if so", (of) => percent(of.full_time.duty_cycle)),
    row("penalty per cheat", (of) => fourDigits(of.penalty_per_cheat)),
    row("gain per cheat", (of) => fourDigits(of.gain_per_cheat)),
    row("penalty / gain", (of) => fourDigits(of.ratio)),
  ];
}

/** What cheating at every validator costs, by the number of cheats. */
export function lossRows(losses: readonly LossRow[]): string[][] {
  const row = (loss: LossRow): string[] => [
    fourDigits(loss.cheats),
    percent(loss.any_detects),
    percent(loss.linear),
    percent(loss.cliff),
    percent(loss.cliff_probability),
  ];
  return [
    ["cheats at each", "any detects", "lost, linear", "lost, with step", "all lost"],
    ...losses.map(row),
  ];
}

function cellText({ ratio, loses }: VerdictCell): string {
  return `${ratio === null ? "no gain" : fourDigits(ratio)} ${loses ? "loses" : "PAYS"}`;
}

function gainText(row: readonly VerdictCell[]): string {
  const gains = [...new Set(row.map(({ gain }) => gain))];
  const [first = 0, last = first] = [gains[0], gains.at(-1)];
  return gains.length > 1 ? `${fourDigits(first)}..${fourDigits(last)}` : fourDigits(first);
}

/** The table of verdicts: a row for each reading of the gain, a column for each margin. */
export function verdictRows(cells: readonly VerdictCell[]): string[][] {
  const margins = [...new Set(cells.map(({ margin }) => margin))];
  const rows = [...Map.groupBy(cells, ({ reading }) => reading)];
  return [
    ["what one cheat gains", "gain", ...margins.map((margin) => `margin ${percent(margin)}`)],
    ...rows.map(([reading, row]) => [reading, gainText(row), ...row.map(cellText)]),
  ];
}
