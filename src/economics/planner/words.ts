import { fourDigits, percent } from "../../core/figures.ts";
import type { LossRow } from "../losses.ts";
import type { Plan, PlanInputs, PlannedSetting } from "../plan.ts";

// The sentences of a plan.

/** A setting in one line. */
export function settingWords({ rate, strikes, suspensionTempos: tempos }: PlannedSetting): string {
  const struck = strikes === 1 ? "one strike" : `${fourDigits(strikes)} strikes`;
  return `${percent(rate)} verified, ${struck}, suspended for ${tempos === 1 ? "one tempo" : `${fourDigits(tempos)} tempos`}`;
}

/** From which gain on a cheat pays, at the margin of the plan. */
export function turnLine({ incomePerDay }: PlanInputs, { margin, break_even_gain: turn }: Plan): string {
  if (turn === null) return "No cheat gains anything: each is caught, and loses what it gained.";
  return `At margin ${percent(margin)} a cheat loses while it gains less than ${percent(turn / incomePerDay)} of a day's income.`;
}

/** How much more a cheat costs than under the setting before. */
export function improvementLines({ improvement_by: by }: Plan): string[] {
  if (by === null) return [];
  if (by.total === null || by.suspension === null)
    return ["A cheat cost nothing before, so there is no factor by which it costs more now."];
  const parts = `rate ${fourDigits(by.rate)} x suspension ${fourDigits(by.suspension)} x strikes ${fourDigits(by.strikes)}`;
  return [
    `A cheat costs ${fourDigits(by.total)} times as much as before: ${parts}. This does not depend on the gain or the income.`,
  ];
}

/** What a cheat that waits for its strikes to lapse gets away with. */
export function windowLines({ window }: Pick<Plan, "window">, when: string): string[] {
  if (window === null) return [];
  const { cheats_per_window: cheats, simulated_windows: windows, blocks } = window;
  const until =
    windows === null ? "no suspension occurred" : `${fourDigits(windows)} windows to a suspension on average`;
  return [
    `Strikes lapse (${when}): ${fourDigits(cheats)} cheats per ${fourDigits(blocks)} blocks have a risk of suspension of 5 % per window; simulated: ${until}.`,
  ];
}

export function detectionLines(plan: Plan): string[] {
  const at = Object.entries(plan.quantiles_whole).map(([q, cheats]) => `${percent(Number(q))} by ${cheats}`);
  return [
    `Detected: ${at.join(", ")} cheats.`,
    `Stake: HHI ${fourDigits(plan.hhi)}, as with ${fourDigits(plan.effective_n)} equal validators; for the listed stake alone ${fourDigits(plan.hhi_renormalised)} and ${fourDigits(plan.effective_n_renormalised)}.`,
  ];
}

export function lossCaption(losses: readonly LossRow[]): string {
  const error = Math.max(...losses.map((row) => row.standard_error));
  const sampled = error > 0 ? `; sampled, standard error ${percent(error)}` : "";
  return `Income lost when all validators sample independently (above half of the stake: all of it${sampled})`;
}

/** Which assumption the verdict depends on. */
export function decisionLine(plan: Plan): string {
  const { decisive, verdict, margin, gain, ratio } = plan;
  if (!decisive.anything)
    return `Neither gain nor margin changes the verdict in these ranges: every cheat ${verdict.every(({ loses }) => loses) ? "loses" : "PAYS"}.`;
  const byGain = `the gain per cheat. At margin ${percent(margin)} a cheat loses while it gains less than ${fourDigits(plan.break_even_gain)}`;
  const bound = plan.identity.cap === null && ratio !== null ? margin / ratio : null;
  const from = bound !== null && bound <= 1 ? ` while more than ${percent(bound)} of the income is lost` : "";
  const byMargin = `the margin. At gain ${fourDigits(gain)} a cheat loses${from || " or pays depending on it"}`;
  if (decisive.gain && decisive.margin) return `First ${byGain}, and pays above that; then ${byMargin}.`;
  if (decisive.gain) return `Only ${byGain}, and pays above that. The margin alone changes nothing.`;
  if (decisive.margin) return `Only ${byMargin}. The gain alone changes nothing.`;
  return "Gain and margin together; neither alone changes the verdict.";
}

export function conventionLine(plan: Plan): string {
  return [
    `Penalty / gain: ${fourDigits(plan.ratio_if_gain_kept)} if a caught cheat keeps its gain, ${fourDigits(plan.ratio_if_gain_lost)} if it loses it,`,
    `${fourDigits(plan.ratio_if_all_income_lost)} if more than half of the stake suspends with us.`,
  ].join(" ");
}

export function identityLine({ identity }: Plan): string {
  const enough = fourDigits(identity.cost_that_never_binds);
  if (identity.cap === null)
    return `Assumed: no miner can buy a new identity. At a price of ${enough} or more it would not be worth buying.`;
  const effect = identity.binds
    ? "less than the suspension, so that is the loss"
    : "more than the suspension, so it changes nothing";
  return `A new identity costs ${fourDigits(identity.cap)} with its cold start: ${effect}.`;
}

/** The smallest rate and the shortest suspension that deter. */
export function adviceLines({ recommendation: { factor, stated, every_row: every } }: Plan): string[] {
  const line = (which: string, { rate, suspension_tempos: tempos }: typeof stated): string => {
    const either = [
      ...(rate === null ? [] : [`verify ${percent(rate)}`]),
      ...(tempos === null ? [] : [`suspend ${fourDigits(tempos)} tempos`]),
    ];
    const advice =
      either.length > 0
        ? `${either.join(" or ")}, with the rest unchanged`
        : "no rate and no suspension is enough";
    const without = rate === null && tempos !== null ? "; no rate alone is enough" : "";
    return `For ${which} to cost ${fourDigits(factor)} times its gain: ${advice}${without}.`;
  };
  return [line("the stated cheat", stated), line("every cheat in the table", every)];
}
