import type { LossRow } from "../../economics/losses.ts";
import type { Plan } from "../../economics/plan.ts";
import type { VerdictCell } from "../../economics/verdict.ts";
import { table } from "../output.ts";

/** Four digits: 2.856, 5,600, 9.52e-5. */
export function four(value: number | null): string {
  if (value === null) return "-";
  if (value !== 0 && Math.abs(value) < 1e-3) return String(Number(value.toPrecision(4)).toExponential());
  return value.toLocaleString("en-US", { maximumSignificantDigits: 4 });
}

const percent = (share: number): string => `${four(100 * share)} %`;

function spanOf(seconds: number): string {
  if (seconds < 120) return `${four(seconds)} s`;
  if (seconds < 7200) return `${four(seconds / 60)} min`;
  return seconds < 172_800 ? `${four(seconds / 3600)} h` : `${four(seconds / 86_400)} d`;
}

type Summary = NonNullable<Plan["before"]>;

function settingRows(plan: Plan): string {
  const columns: Summary[] = plan.before === null ? [plan] : [plan, plan.before];
  const row = (name: string, cell: (of: Summary) => string): string[] => [name, ...columns.map(cell)];
  return table([
    ["", "now", ...(plan.before === null ? [] : ["before"])],
    row("verified", (of) => percent(of.rate)),
    row("strikes that suspend", (of) => four(of.strikes)),
    row("suspension", (of) => spanOf(86_400 * of.suspension_days)),
    row("cheats to a detection, mean", (of) => four(of.mean_cheats_to_detection)),
    row("cheats to a suspension, mean", (of) => four(of.mean_cheats_to_suspension)),
    row("cheats to a suspension, 95 %", (of) => four(of.cheats_to_suspension_95)),
    row("who always cheats is out after", (of) => spanOf(of.full_time.seconds_to_suspension)),
    row("and works, of its time", (of) => percent(of.full_time.duty_cycle)),
    row("penalty per cheat", (of) => four(of.penalty_per_cheat)),
    row("gain per cheat", (of) => four(of.gain_per_cheat)),
    row("penalty / gain", (of) => four(of.ratio)),
  ]);
}

function improvementLine({ improvement_by: by }: Plan): string[] {
  if (by === null) return [];
  const parts = `rate ${four(by.rate)} x suspension ${four(by.suspension)} x strikes ${four(by.strikes)}`;
  return [`A cheat costs ${four(by.total)} times what it did: ${parts}. No gain or income enters into it.`];
}

function windowLine(of: Summary, when: string): string[] {
  if (of.window === null) return [];
  const { cheats_per_window: cheats, simulated_windows: windows, blocks } = of.window;
  const until = windows === null ? "no suspension seen" : `${four(windows)} windows to a suspension`;
  return [
    `Strikes lapse (${when}): ${four(cheats)} cheats per ${four(blocks)} blocks run a risk of 5 % a window; simulated: ${until}.`,
  ];
}

function detectionLines(plan: Plan): string[] {
  const at = Object.entries(plan.quantiles_whole).map(([q, cheats]) => `${percent(Number(q))} by ${cheats}`);
  return [
    `Detected: ${at.join(", ")} cheats.`,
    `Stake: HHI ${four(plan.hhi)}, like ${four(plan.effective_n)} equal validators; of the listed stake alone ${four(plan.hhi_renormalised)} and ${four(plan.effective_n_renormalised)}.`,
  ];
}

function lossTable(rows: readonly LossRow[]): string {
  const line = (row: LossRow): string[] => [
    four(row.cheats),
    percent(row.any_detects),
    percent(row.linear),
    percent(row.cliff),
    percent(row.cliff_probability),
  ];
  const head = ["cheats at each", "any detects", "lost, linear", "lost, with cliff", "all lost"];
  const error = Math.max(...rows.map((row) => row.standard_error));
  const sampled = error > 0 ? `; sampled, standard error ${percent(error)}` : "";
  return `Income lost when all validators sample on their own (above half of the stake: all of it${sampled})\n${table([head, ...rows.map(line)])}`;
}

function cellText({ ratio, loses }: VerdictCell): string {
  return `${ratio === null ? "no gain" : four(ratio)} ${loses ? "loses" : "PAYS"}`;
}

function gainText(row: readonly VerdictCell[]): string {
  const gains = [...new Set(row.map(({ gain }) => gain))];
  const [first = 0, last = first] = [gains[0], gains.at(-1)];
  return gains.length > 1 ? `${four(first)}..${four(last)}` : four(first);
}

/** The table of verdicts: a row a reading of the gain, a column a margin. */
export function verdictRows(cells: readonly VerdictCell[]): string[][] {
  const margins = [...new Set(cells.map(({ margin }) => margin))];
  const rows = [...Map.groupBy(cells, ({ reading }) => reading)];
  return [
    ["what one cheat gains", "gain", ...margins.map((margin) => `margin ${percent(margin)}`)],
    ...rows.map(([reading, row]) => [reading, gainText(row), ...row.map(cellText)]),
  ];
}

/** Which assumption the verdict hangs on, in words. */
export function decision(plan: Plan): string {
  const { decisive, verdict, margin, gain, ratio } = plan;
  if (!decisive.anything)
    return `Nothing in these ranges decides it: every cheat ${verdict.every(({ loses }) => loses) ? "loses" : "PAYS"}.`;
  const byGain = `the gain per cheat. At margin ${percent(margin)} a cheat loses while it gains less than ${four(plan.break_even_gain)}`;
  const bound = plan.identity.cap === null && ratio !== null ? margin / ratio : null;
  const from = bound !== null && bound <= 1 ? ` while more than ${percent(bound)} of the income is lost` : "";
  const byMargin = `the margin. At gain ${four(gain)} a cheat loses${from || " or pays by it"}`;
  if (decisive.gain && decisive.margin)
    return `What decides it: ${byGain}, and pays above; then ${byMargin}.`;
  if (decisive.gain) return `What decides it: ${byGain}, and pays above. The margin alone changes nothing.`;
  if (decisive.margin) return `What decides it: ${byMargin}. The gain alone changes nothing.`;
  return "What decides it: gain and margin together; neither alone turns it.";
}

function identityLine({ identity }: Plan): string {
  const enough = four(identity.cost_that_never_binds);
  if (identity.cap === null)
    return `A new identity is taken to be out of reach; it is not worth buying from a price of ${enough} on.`;
  const effect = identity.binds ? "less than the suspension: that is the loss" : "more than the suspension";
  return `A new identity costs ${four(identity.cap)} with its cold start, ${effect}.`;
}

function conventionLine(plan: Plan): string {
  return [
    `Penalty / gain if a caught cheat keeps its gain ${four(plan.ratio_if_gain_kept)}, if it loses it ${four(plan.ratio_if_gain_lost)};`,
    `if more than half of the stake suspends with us ${four(plan.ratio_if_all_income_lost)}.`,
  ].join(" ");
}

function adviceLines({ recommendation: { factor, stated, every_row: every } }: Plan): string[] {
  const line = (which: string, { rate, suspension_tempos: tempos }: typeof stated): string => {
    const either = [
      ...(rate === null ? [] : [`verify ${percent(rate)}`]),
      ...(tempos === null ? [] : [`suspend ${four(tempos)} tempos`]),
    ];
    const advice =
      either.length > 0 ? `${either.join(" or ")}, the rest as it is` : "nothing set here is enough";
    const without = rate === null && tempos !== null ? "; no rate alone is enough" : "";
    return `For ${which} to cost ${four(factor)} times its gain: ${advice}${without}.`;
  };
  return [line("the stated cheat", stated), line("every cheat of the table", every)];
}

/** What `assay plan` prints without `--json`. */
export function planText(plan: Plan): string {
  const paragraphs = [
    [
      settingRows(plan),
      ...improvementLine(plan),
      ...windowLine(plan, "now"),
      ...(plan.before === null ? [] : windowLine(plan.before, "before")),
    ],
    detectionLines(plan),
    [lossTable(plan.losses)],
    ["Verdict: penalty / gain", table(verdictRows(plan.verdict))],
    [decision(plan), conventionLine(plan), identityLine(plan)],
    adviceLines(plan),
  ];
  return paragraphs.map((lines) => lines.join("\n")).join("\n\n");
}
