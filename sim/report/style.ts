/** The look of the pages. Colours can be told apart by the colour-blind, and lines also differ in their dashes. */
export const style = `
:root {
  --back: #ffffff; --panel: #f6f7f9; --ink: #16191d; --soft: #565d66; --rule: #d5d9de; --grid: #e7eaee;
  --alarm: #c0202a; --good: #1c7c54; --aim: var(--ink);
  --line-0: #0072b2; --line-1: #d17f00; --line-2: #008a66; --line-3: #a8518f; --line-4: #4aa6de; --line-5: #7c6b00;
}
@media (prefers-color-scheme: dark) {
  :root:not(.paper) {
    --back: #14171a; --panel: #1d2125; --ink: #eef1f4; --soft: #a5adb6; --rule: #3a4149; --grid: #2a2f35;
    --alarm: #ff7b72; --good: #56c596;
    --line-0: #5aa9e6; --line-1: #f0b03f; --line-2: #36c79e; --line-3: #e093c6; --line-4: #a5d8f7; --line-5: #c7b84e;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--back); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 76rem; margin: 0 auto; padding: 1.5rem 1.25rem 3rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0; }
p { margin: 0.25rem 0; }
.where, .note, figcaption p, footer { color: var(--soft); font-size: 0.875rem; }
.story { max-width: 46rem; }
.where, .story, .headline { overflow-wrap: anywhere; }
.verdict { margin: 1.25rem 0; padding: 0.75rem 1rem; background: var(--panel); border-left: 5px solid var(--good); }
.verdict.bad { border-left-color: var(--alarm); }
.headline { font-size: 1.15rem; font-weight: 600; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: 0.75rem; margin: 1.25rem 0; }
.facts div { display: flex; flex-direction: column-reverse; justify-content: flex-end; padding-left: 0.6rem; border-left: 1px solid var(--rule); }
.facts dt { color: var(--soft); font-size: 0.8rem; line-height: 1.25; }
.facts dd { margin: 0; font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.plots { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1.75rem 1.5rem; margin-top: 1rem; }
.plot { margin: 0; min-width: 0; }
.plot.main { grid-column: 1 / -1; }
.canvas { margin-top: 0.4rem; min-height: 230px; overflow: hidden; }
.plot.main .canvas { min-height: 380px; }
.uplot { font: inherit; }
.u-legend { font-size: 0.8rem; text-align: left; margin: 0.25rem 0 0; }
.u-inline tr { margin-right: 0.9rem; }
.u-series > * { padding: 0.1rem 0.15rem; }
.u-legend th { font-weight: 400; }
.u-legend .u-marker { width: 1.6em; height: 0; background: none !important; border-width: 3px 0 0 !important; }
.u-series:first-child .u-marker { display: none; }
.u-legend .u-value { color: var(--soft); font-variant-numeric: tabular-nums; }
.u-legend .u-label { overflow-wrap: anywhere; }
.u-legend .role-ink th, .u-legend .role-alarm th { font-weight: 700; }
.u-hz .u-cursor-x, .u-hz .u-cursor-y { border-color: var(--soft); }
.u-select { background: var(--line-0); opacity: 0.15; }
.scroll { overflow-x: auto; margin: 0.75rem 0 1.5rem; }
table { border-collapse: collapse; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.scroll table { width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: 0.35rem; }
.scroll th, .scroll td { padding: 0.3rem 0.55rem; text-align: right; white-space: nowrap; }
.scroll thead th { vertical-align: bottom; white-space: normal; font-weight: 500; color: var(--soft); border-bottom: 2px solid var(--rule); line-height: 1.2; }
.scroll tbody th { font-weight: 500; }
.scroll .words { text-align: left; }
.scroll tbody tr { border-bottom: 1px solid var(--grid); }
.scroll tbody tr:hover { background: var(--panel); }
.alarm { color: var(--alarm); font-weight: 700; }
details summary { cursor: pointer; padding: 0.4rem 0; font-weight: 600; }
:focus-visible { outline: 2px solid var(--line-0); outline-offset: 2px; }
code { font-size: 0.85em; overflow-wrap: anywhere; }
footer { margin-top: 2rem; padding-top: 0.75rem; border-top: 1px solid var(--rule); }
.intervals td.interval { width: 55%; min-width: 15rem; padding: 0; }
.intervals svg { display: block; width: 100%; height: 2rem; overflow: visible; }
.intervals .zero { stroke: var(--soft); }
.intervals .tick { stroke: var(--grid); }
.intervals .whisker { stroke: currentColor; stroke-width: 3; }
.intervals .end { stroke: currentColor; stroke-width: 2; }
.intervals .dot { fill: currentColor; stroke: none; }
.intervals .hollow { fill: var(--back); stroke: currentColor; stroke-width: 2; }
.intervals text { fill: var(--soft); font-size: 0.75rem; text-anchor: middle; }
.intervals .loses { color: var(--good); }
.intervals .profits { color: var(--alarm); }
.intervals .undecided, .intervals .baseline { color: var(--soft); }
.intervals tfoot td { border: 0; }
@media (max-width: 52rem) {
  main { padding: 1rem 0.9rem 2rem; }
  h1 { font-size: 1.5rem; }
  .plots { grid-template-columns: minmax(0, 1fr); }
  .plot.main .canvas { min-height: 300px; }
  .facts { grid-template-columns: repeat(2, 1fr); }
}
@media print {
  main { max-width: none; padding: 0; }
  body { font-size: 11pt; }
  .screen { display: none; }
  .plot, .verdict, tr { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
  .plots { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 1rem; }
  .canvas, .plot.main .canvas { min-height: 0; }
  .facts { grid-template-columns: repeat(4, 1fr); }
  .u-legend { font-size: 0.65rem; }
  .scroll { overflow: visible; }
  .scroll table { font-size: 6.5pt; }
  .scroll th, .scroll td { padding: 1pt 2.5pt; }
}
`;
