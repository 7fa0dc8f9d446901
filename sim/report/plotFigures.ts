import { escapeHtml, jsonIsland } from "./escape.ts";
import type { Plot, Plots } from "./plots.ts";

const hint = "Drag over a plot to enlarge a part, click it twice to go back; click a name to hide its line.";

function figureHtml({ id, title, note, main }: Plot, at: number, words: string): string {
  return `<figure class="plot${main ? " main" : ""}" id="plot-${id}"><figcaption><h3>${escapeHtml(title)}</h3><p>${escapeHtml(note)}</p></figcaption><div class="canvas" role="img" aria-label="${escapeHtml(words)}" data-plot="${at}"></div><div class="legend"></div></figure>`;
}

/** Elements for the plots, and the data that the page's script draws in them; `wordsOf` describes a plot for screen readers. */
export function figuresHtml(plots: Plots, note: string, wordsOf: (plot: Plot) => string): string {
  return `<p class="note">${escapeHtml(note)} <span class="screen">${hint}</span></p>
<noscript><p class="note">The plots need JavaScript; the tables below hold the figures.</p></noscript>
<div class="plots">${plots.plots.map((plot, at) => figureHtml(plot, at, wordsOf(plot))).join("\n")}</div>
<script type="application/json" id="plots">${jsonIsland(plots)}</script>`;
}
