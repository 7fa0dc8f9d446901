import { fourDigits, percent } from "../../src/core/figures.ts";
import type { CampaignResult, CampaignStrategy } from "../campaign/result.ts";
import type { Column } from "./columns.ts";
import { escapeHtml } from "./escape.ts";
import { factsHtml, verdictHtml } from "./facts.ts";
import { counted, listed, whole } from "./figures.ts";
import { htmlTable } from "./htmlTable.ts";
import { against, intervalPlot, verdictWord } from "./intervalPlot.ts";
import { pageHtml } from "./page.ts";
import { style } from "./style.ts";
import { printableLine, textTable } from "./textTable.ts";

const pays = ({ verdict }: CampaignStrategy): boolean => verdict === "profits";

/** Columns of the table; the interval is the one of the campaign's confidence. */
const columns: readonly Column<CampaignStrategy>[] = [
  { head: "strategy", cell: (row) => row.strategy, words: true },
  { head: "runs", cell: (row) => whole(row.runs) },
  { head: "vs honest\n/day", cell: (row) => against(row, row.mean), alarms: pays },
  { head: "\nfrom", cell: (row) => against(row, row.low) },
  { head: "\nto", cell: (row) => against(row, row.high) },
  { head: "verdict", cell: verdictWord, words: true, alarms: pays },
  { head: "honest profit\n/day", cell: (row) => fourDigits(row.honest_profit_per_day) },
  { head: "detections\n/run", cell: (row) => fourDigits(row.detections_per_run) },
  { head: "cheats to\n1st detection", cell: (row) => fourDigits(row.mean_cheats_to_first_detection) },
];

function group(rows: readonly CampaignStrategy[], one: string, many: string): string[] {
  const names = rows.map(({ strategy }) => strategy);
  return names.length === 0 ? [] : [`${listed(names)} ${names.length === 1 ? one : many}`];
}

/** Which strategies lose for certain, which PAY, and which these seeds leave open. */
function verdictLine({ strategies, confidence }: CampaignResult): string {
  const others = strategies.filter(({ strategy }) => strategy !== "honest");
  if (others.length === 0) return "Every miner was honest, so there is nothing to compare.";
  const of = (verdict: CampaignStrategy["verdict"]): CampaignStrategy[] =>
    others.filter((row) => row.verdict === verdict);
  const parts = [
    ...group(of("profits"), "PAYS", "PAY"),
    ...group(of("loses"), "loses", "lose"),
    ...group(of("undecided"), "is undecided", "are undecided"),
  ];
  return `Against honest work, with ${percent(confidence)} confidence each: ${parts.join("; ")}.`;
}

function honestLine({ honest_suspensions: wrong }: CampaignResult): string {
  if (wrong === 0) return "No miner that never cheated was suspended in any run.";
  return `${counted(wrong, "suspension")} hit miners that NEVER CHEATED, which must not happen.`;
}

function endText({ seeds, traces, complete }: CampaignResult): string {
  return complete
    ? counted(seeds.length, "seed")
    : `interrupted after ${whole(traces.length)} of ${counted(seeds.length, "seed")}`;
}

/** How little an interrupted campaign knows. */
function partialLine({ seeds, traces }: CampaignResult): string {
  const left = counted(seeds.length - traces.length, "seed");
  return `Interrupted: ${left} did not end, so these verdicts are not those of the campaign; run it again to its end.`;
}

function storyOf(result: CampaignResult): string[] {
  if (result.complete) return [verdictLine(result), honestLine(result)];
  if (result.traces.length === 0) return ["Interrupted before any seed ended, so nothing is known."];
  return [partialLine(result), verdictLine(result), honestLine(result)];
}

/** What a campaign prints without `--json`. */
export function campaignText(result: CampaignResult): string {
  const { title, submissions, strategies, traces } = result;
  const header = `${printableLine(title)}\n${endText(result)}, ${counted(submissions, "submission")}`;
  const hashes = traces.map(({ seed, trace_sha256: hash }) => `seed ${seed}: trace ${hash.slice(0, 16)}`);
  return [header, textTable(columns, strategies), storyOf(result).join("\n"), hashes.join("\n")]
    .filter((part) => part !== "")
    .join("\n\n");
}

function tracesHtml({ traces }: CampaignResult): string {
  const items = traces.map(
    ({ seed, trace_sha256: hash }) => `<li>seed ${seed}: <code>${escapeHtml(hash)}</code></li>`,
  );
  return `<details><summary>Traces of ${counted(traces.length, "run")}</summary><ul>${items.join("")}</ul></details>`;
}

/** A campaign as one HTML file without scripts; it needs no network. */
export function campaignHtml(result: CampaignResult): string {
  const { scenario, title, strategies, submissions, honest_suspensions: wrong, confidence } = result;
  const bad = !result.complete || wrong > 0 || strategies.some(pays);
  return pageHtml({
    title,
    body: [
      `<header><p class="where">${escapeHtml(scenario)}, ${endText(result)}</p><h1>${escapeHtml(title)}</h1></header>`,
      verdictHtml(storyOf(result), bad),
      factsHtml([
        ["runs", whole(result.traces.length)],
        ["answers submitted", whole(submissions)],
        ["suspensions of honest miners", whole(wrong)],
      ]),
      `<h2>Profit against honest work</h2><p class="note">Per miner and day: mean over the runs, and the interval that holds the true mean with ${percent(confidence)} confidence.</p>`,
      intervalPlot("Profit per day, less that of an honest miner", strategies),
      "<h2>Figures</h2>",
      htmlTable("Strategies over all runs", columns, strategies),
      tracesHtml(result),
    ].join("\n"),
    styles: [style],
    scripts: [],
  });
}
