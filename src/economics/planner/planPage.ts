import { fourDigits, percent } from "../../core/figures.ts";
import type { Plan, PlanInputs } from "../plan.ts";
import { type PlanCurves, planCurves } from "./curves.ts";
import { type PlanSection, planSections } from "./sections.ts";
import { conventionLine, decisionLine, settingWords, turnLine } from "./words.ts";

/** A plan as the page shows it. */
export interface PlanPage {
  readonly title: string;
  readonly verdict: readonly string[];
  readonly pays: boolean;
  readonly sections: readonly PlanSection[];
  readonly curves: PlanCurves & { readonly note: string; readonly words: string };
}

/** The plot for those who cannot see it: where each line crosses 1. */
function curveWords({ gains, lines }: PlanCurves): string {
  const turns = lines.filter(({ kind }) => kind !== "level");
  const told = turns.map(
    ({ name, ratios }) => `${name}: ${fourDigits((gains[0] ?? 0) * (ratios[0] ?? 0))} %`,
  );
  return `Penalty / gain falls as the gain grows. A cheat pays above these gains, in percent of a day's income: ${told.join("; ")}.`;
}

export function planPage(inputs: PlanInputs, plan: Plan): PlanPage {
  const { setting, before, shares, ours, incomePerDay } = inputs;
  const curves = planCurves(inputs, plan);
  const compared = before === null ? "" : ` Dashed in red, the setting before: ${settingWords(before)}.`;
  return {
    title: `${settingWords(setting)}, ${percent(shares[ours] ?? 0)} of the stake`,
    verdict: [turnLine(inputs, plan), decisionLine(plan), conventionLine(plan)],
    pays: plan.verdict.some(({ loses }) => !loses),
    sections: planSections(plan),
    curves: {
      ...curves,
      note: `Penalty / gain, over what one cheat gains in percent of what a miner earns in a day (${fourDigits(incomePerDay)}). Above 1 cheating loses, below 1 it pays.${compared}`,
      words: curveWords(curves),
    },
  };
}
