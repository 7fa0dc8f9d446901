import { fourDigits, span } from "../../src/core/figures.ts";
import type { SimResult } from "../result.ts";
import { customerColumns, minerColumns, strategyColumns, validatorColumns } from "./columns.ts";
import { escapeHtml } from "./escape.ts";
import { factsHtml, sentenceHtml, verdictHtml } from "./facts.ts";
import { counted, whole } from "./figures.ts";
import { htmlTable } from "./htmlTable.ts";
import { plotLibrary } from "./library.ts";
import { pageHtml } from "./page.ts";
import { figuresHtml } from "./plotFigures.ts";
import { plotsOf, plotWords } from "./plots.ts";
import { plotScript } from "./script.ts";
import { style } from "./style.ts";
import { byVerdict, endText, honestOf, storyLines } from "./verdicts.ts";

function headerHtml(result: SimResult): string {
  const where = `${result.scenario}, seed ${result.seed}, ${endText(result)}`;
  return `<header><p class="where">${escapeHtml(where)}</p><h1>${escapeHtml(result.title)}</h1><p class="story">${sentenceHtml(result.story)}</p></header>`;
}

function keyFigures(result: SimResult): string {
  const total = (count: (row: SimResult["strategies"][number]) => number): number =>
    result.strategies.reduce((sum, row) => sum + count(row), 0);
  const wrong = result.validators.reduce((sum, row) => sum + row.honest_suspensions, 0);
  return factsHtml([
    ["simulated", span(result.simulated_ms)],
    ["miners", whole(result.miners.length)],
    ["validators", whole(result.validators.length)],
    ["answers submitted", whole(result.submissions)],
    ["dishonest", whole(total((row) => row.cheats))],
    ["found out", whole(total((row) => row.detections))],
    ["suspensions of honest miners", whole(wrong)],
    ["honest profit per day", fourDigits(honestOf(result)?.profit_per_day ?? null)],
  ]);
}

function plotsHtml(result: SimResult): string {
  const plots = plotsOf(result);
  if (plots.plots.length === 0) return `<h2>Over time</h2><p class="note">Nothing was recorded to plot.</p>`;
  return `<h2>Over time</h2>\n${figuresHtml(plots, `Time in ${plots.unit}.`, plotWords)}`;
}

function tablesHtml(result: SimResult): string {
  return `<h2>Figures</h2>
${htmlTable("Strategies, per miner and day", strategyColumns(result), result.strategies)}
${htmlTable("Validators", validatorColumns, result.validators)}
${result.customers.length > 0 ? `${htmlTable("Customers' jobs", customerColumns, result.customers)}\n` : ""}<details><summary>${counted(result.miners.length, "miner")}, one by one</summary>
${htmlTable("Miners", minerColumns, result.miners)}
</details>`;
}

function isBad(result: SimResult): boolean {
  return byVerdict(result).has("PAYS") || result.validators.some((row) => row.honest_suspensions > 0);
}

function footerHtml(result: SimResult): string {
  const trace = escapeHtml(result.trace_sha256);
  return `<footer><p>${counted(result.events, "event")}; SHA-256 of the trace <code>${trace}</code>. The same scenario and seed give the same trace on every machine.</p></footer>`;
}

/** A result as one HTML file; it needs no network. */
export function reportHtml(result: SimResult): string {
  const library = plotLibrary();
  return pageHtml({
    title: result.title,
    body: [
      headerHtml(result),
      verdictHtml(storyLines(result), isBad(result)),
      keyFigures(result),
      plotsHtml(result),
      tablesHtml(result),
      footerHtml(result),
    ].join("\n"),
    styles: [library.style, style],
    scripts: [library.script, plotScript],
  });
}
