import type { Column } from "./columns.ts";
import { escapeHtml } from "./escape.ts";
import { sentenceHtml, verdictHtml } from "./facts.ts";
import { htmlTable } from "./htmlTable.ts";
import { plotLibrary } from "./library.ts";
import { fiveDigits, lookOf, type PlotLine } from "./lines.ts";
import { pageHtml } from "./page.ts";
import { figuresHtml } from "./plotFigures.ts";
import type { Plots } from "./plots.ts";
import { plotScript } from "./script.ts";
import { style } from "./style.ts";

type Row = readonly string[];

/** Part of the page: a table whose first row is its head, or no table, and sentences below it. */
interface Section {
  readonly caption: string;
  readonly rows: readonly Row[];
  readonly lines: readonly string[];
}

interface Curve {
  readonly name: string;
  /** `now` the setting, `before` the one compared with, `level` a threshold. */
  readonly kind: "now" | "before" | "level";
  /** One value per gain. */
  readonly ratios: readonly number[];
}

/** A plan in words and figures, made by `assay plan`. */
export interface PlanContent {
  readonly title: string;
  readonly verdict: readonly string[];
  /** Whether some cheat pays. */
  readonly pays: boolean;
  readonly sections: readonly Section[];
  readonly curves: {
    readonly note: string;
    readonly words: string;
    /** In percent of a day's income, ascending. */
    readonly gains: readonly number[];
    readonly lines: readonly Curve[];
    readonly marks: readonly { readonly name: string; readonly gain: number }[];
  };
}

function linesOf(curves: readonly Curve[]): PlotLine[] {
  const looks = { now: "plain", before: "alarm", level: "aim" } as const;
  return curves.map(({ name, kind, ratios }, at) => {
    const look = kind === "now" ? lookOf("plain", at) : { ...lookOf(looks[kind], 0), dash: 1 };
    return { ...look, name, values: fiveDigits(ratios, ratios.length) };
  });
}

function plotHtml({ curves }: PlanContent): string {
  const { note, words, gains, lines, marks } = curves;
  if (gains.length === 0) return "";
  const title = "What a cheat costs over what it gains";
  const plots: Plots = {
    unit: "% of a day's income",
    lead: "gain",
    log: true,
    t: fiveDigits(gains, gains.length) as number[],
    plots: [{ id: "ratio", title, note, lines: linesOf(lines), main: true, stepped: false }],
    marks: marks.map(({ name, gain }) => ({ name, at: gain })),
  };
  return figuresHtml(plots, "Both axes are logarithmic.", () => words);
}

function sectionHtml({ caption, rows: [head = [], ...rows], lines }: Section): string {
  const columns = head.map(
    (name, at): Column<Row> => ({
      head: name,
      cell: (row) => row[at] ?? "",
      alarms: (row) => /\bPAYS\b/.test(row[at] ?? ""),
      ...(at === 0 ? { words: true } : {}),
    }),
  );
  const table = rows.length === 0 ? `<h2>${escapeHtml(caption)}</h2>` : htmlTable(caption, columns, rows);
  return [table, ...lines.map((line) => `<p>${sentenceHtml(line)}</p>`)].join("\n");
}

/** A plan as one HTML file; it needs no network. */
export function planHtml(page: PlanContent): string {
  const library = plotLibrary();
  return pageHtml({
    title: page.title,
    body: [
      `<header><p class="where">assay plan</p><h1>${escapeHtml(page.title)}</h1></header>`,
      verdictHtml(page.verdict, page.pays),
      plotHtml(page),
      ...page.sections.map(sectionHtml),
    ].join("\n"),
    styles: [library.style, style],
    scripts: [library.script, plotScript],
  });
}
