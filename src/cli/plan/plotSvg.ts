import type { Stroke } from "./plotPlaces.ts";

/** Sizes of the classes of text, pixels. */
export const sizes = { title: 15, say: 12, tick: 12, axis: 12, label: 12, zone: 14 } as const;

export type TextClass = keyof typeof sizes;

/** Width of a text, pixels: what the wider of the systems' fonts take. */
export function widthOf(text: string, css: TextClass): number {
  return 0.6 * sizes[css] * text.length;
}

const fonts = Object.entries(sizes).map(([css, size]) => `.${css}{font-size:${size}px}`);

/** Light and dark. Blue and brown stay apart for those who see few colours, and what is dashed says so as well. */
export const style = `
.plot{--back:#fff;--ink:#16191d;--soft:#565d66;--grid:#e7eaee;--now:#0072b2;--then:#9a5b00;--pays:#b3261e;--loses:#1c7c54;--shade:.09}
@media (prefers-color-scheme:dark){.plot{--back:#14171a;--ink:#eef1f4;--soft:#a5adb6;--grid:#2a2f35;--now:#5aa9e6;--then:#f0b03f;--pays:#ff7b72;--loses:#56c596;--shade:.13}}
text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--soft)}
${fonts.join("")}
.title{font-weight:600;fill:var(--ink)}
.zone{font-weight:600;paint-order:stroke;stroke:var(--back);stroke-width:3px}
.label{fill:var(--ink)}.label.now{fill:var(--now)}.label.then{fill:var(--then)}
.pays{fill:var(--pays)}.loses{fill:var(--loses)}
.back{fill:var(--back)}
.shade{fill:var(--pays);fill-opacity:var(--shade)}
path{fill:none;stroke-linecap:round}
.grid{stroke:var(--grid)}
.one{stroke:var(--ink);stroke-width:2.5}
.stem{stroke:var(--soft);stroke-dasharray:1 3}
.lead{stroke:var(--soft);stroke-width:.75}
.now{stroke:var(--now)}.then{stroke:var(--then)}
.then.line{stroke-width:2.25;stroke-dasharray:7 5}
.dots{stroke-width:6}
text.now,text.then{stroke:none}
`;

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as it may stand between tags and in quoted attributes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => entities[sign] ?? "");
}

/** Tenths of a pixel; no -0. */
export function px(value: number): string {
  return String(Math.round(10 * value) / 10 + 0);
}

/** A line of text whose baseline starts, has its middle, or ends at a place. */
export function textAt(
  [x, y]: readonly [number, number],
  css: string,
  words: string,
  anchor: "start" | "middle" | "end" = "start",
): string {
  const side = anchor === "start" ? "" : ` text-anchor="${anchor}"`;
  return `<text class="${css}" x="${px(x)}" y="${px(y)}"${side}>${escapeXml(words)}</text>`;
}

/** A straight line. */
export function strokePath(css: string, { x1, y1, x2, y2 }: Stroke, more = ""): string {
  return `<path class="${css}" d="M${px(x1)} ${px(y1)}L${px(x2)} ${px(y2)}"${more}/>`;
}
