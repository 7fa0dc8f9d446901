import type { Plan, PlanInputs, PlannedSetting } from "../../economics/plan.ts";
import { widthOf } from "./plotSvg.ts";
import { four } from "./text.ts";

const percent = (share: number): string => `${four(100 * share)} %`;

function settingWords({ rate, strikes, suspensionTempos: tempos }: PlannedSetting): string {
  const struck = strikes === 1 ? "one strike" : `${four(strikes)} strikes`;
  return `${percent(rate)} verified, ${struck}, suspended for ${tempos === 1 ? "one tempo" : `${four(tempos)} tempos`}`;
}

/** The setting, in one line. */
export function titleWords({ setting, shares, ours }: PlanInputs): string {
  return `${settingWords(setting)}, ${percent(shares[ours] ?? 0)} of the stake`;
}

/** Where a cheat of the plan's margin begins to pay. */
export function turnWords({ incomePerDay }: PlanInputs, { margin, break_even_gain: turn }: Plan): string {
  if (turn === null) return "No cheat gains anything: each is caught, and loses what it gained.";
  return `At margin ${percent(margin)} a cheat loses while it gains less than ${percent(turn / incomePerDay)} of a day's income.`;
}

/** What else must be known to read the plot, a sentence each. */
export function sentences(inputs: PlanInputs, plan: Plan): string[] {
  const { before } = inputs;
  return [
    turnWords(inputs, plan),
    ...(plan.identity.binds ? ["A new identity caps what a suspension costs."] : []),
    ...(before === null ? [] : [`Before, dashed: ${settingWords(before)}.`]),
    ...(plan.verdict.some(({ ratio }) => ratio !== null) ? ["Dots: the cells of the verdict table."] : []),
  ];
}

/** Sentences joined into lines of text, as many to a line as fit. */
export function lined(all: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const sentence of all) {
    const longer = `${lines.at(-1) ?? ""} ${sentence}`.trim();
    if (lines.length > 0 && widthOf(longer, "say") <= width) lines.splice(-1, 1, longer);
    else lines.push(sentence);
  }
  return lines;
}

/** What the axis of gains shows. */
export function axisWords({ incomePerDay }: PlanInputs): string {
  return `what one cheat gains, in percent of what a miner earns in a day (${four(incomePerDay)})`;
}
