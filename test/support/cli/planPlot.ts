import assert from "node:assert/strict";
import type { PlanTexts } from "../../../src/cli/plan/fields.ts";
import { readPlan } from "../../../src/cli/plan/inputs.ts";
import { planPlot } from "../../../src/cli/plan/plot.ts";
import { plotMarks } from "../../../src/cli/plan/plotLines.ts";
import { plan } from "../../../src/economics/plan.ts";

// Reads the plot of a plan back from its text.

/** The plot of inputs as written. */
export function drawn(texts: PlanTexts): string {
  const inputs = readPlan(texts);
  return planPlot(inputs, plan(inputs));
}

export interface Words {
  readonly words: string;
  readonly css: string;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const number = (text: string | undefined): number => Number(text ?? "0");

/** Every text with a box around it: widths from the size of its class, six tenths of it a character. */
export function wordsOf(svg: string): Words[] {
  const size = (css: string): number => {
    const found = svg.match(new RegExp(`\\.${css.split(" ")[0]}\\{font-size:(\\d+)px\\}`));
    assert.ok(found, `${css} has a size`);
    return number(found[1]);
  };
  const pattern =
    /(?:translate\((\S+) (\S+)\) rotate\(-90\)">)?<text class="([^"]+)" x="([^"]+)" y="([^"]+)"(?: text-anchor="(\w+)")?>([^<]+)</g;
  return [...svg.matchAll(pattern)].map(([, dx, dy, css = "", x, y, anchor, words = ""]) => {
    const width = 0.6 * size(css) * words.length;
    const start = number(x) - (anchor === "middle" ? width / 2 : anchor === "end" ? width : 0);
    const [rise, sink] = [0.78 * size(css), 0.22 * size(css)];
    if (dx === undefined) {
      const [top, bottom] = [number(y) - rise, number(y) + sink];
      return { words, css, left: start, right: start + width, top, bottom };
    }
    // Turned to the left about its place: what ran to the right runs upwards.
    const [left, right] = [number(dx) - rise, number(dx) + sink];
    return { words, css, left, right, top: number(dy) - start - width, bottom: number(dy) - start };
  });
}

/** How many of the named gains of a plan have no mark. */
export function unmarked(texts: PlanTexts): number {
  const inputs = readPlan(texts);
  return plotMarks(inputs, plan(inputs)).length - strokesOf(drawn(texts), "stem").length;
}

/** What is wrong with the places of the words. */
export function muddles(svg: string): string[] {
  const all = wordsOf(svg);
  const outside = all.filter(
    ({ left, right, top, bottom }) => left < 0 || right > 880 || top < 0 || bottom > 600,
  );
  const over = all.flatMap((a, i) =>
    all
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `"${a.words}" over "${b.words}"`),
  );
  return [...outside.map(({ words }) => `"${words}" is outside`), ...over];
}

export interface Stroke {
  readonly css: string;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export function strokesOf(svg: string, css: string): Stroke[] {
  const pattern = new RegExp(`<path class="(${css})" d="M(\\S+) ([^L"]+)L(\\S+) ([^"]+)"`, "g");
  return [...svg.matchAll(pattern)].map(([, name = "", x1, y1, x2, y2]) => ({
    css: name,
    from: [number(x1), number(y1)],
    to: [number(x2), number(y2)],
  }));
}

/** Reads a place of the plot back into figures, by the labels of the axes alone. */
export function reader(svg: string): (at: readonly [number, number]) => { gain: number; ratio: number } {
  const ticks = wordsOf(svg).filter(({ css }) => css === "tick");
  const scale = (some: readonly Words[], place: (tick: Words) => number): ((at: number) => number) => {
    const known = some.map((tick) => ({
      at: place(tick),
      log: Math.log10(Number.parseFloat(tick.words.replaceAll(",", ""))),
    }));
    const [a, b] = [known[0], known.at(-1)];
    assert.ok(a !== undefined && b !== undefined && a !== b);
    return (at) => 10 ** (a.log + ((at - a.at) / (b.at - a.at)) * (b.log - a.log));
  };
  const isShare = ({ words }: Words): boolean => words.endsWith("%");
  const x = scale(ticks.filter(isShare), ({ left, right }) => (left + right) / 2);
  const y = scale(
    ticks.filter((tick) => !isShare(tick)),
    ({ bottom }) => bottom - 0.22 * 12 - 4,
  );
  return ([atX, atY]) => ({ gain: x(atX) / 100, ratio: y(atY) });
}

/** The strong line, of one height. */
export function oneOf(svg: string): Stroke & { readonly y: number } {
  const [one = assert.fail("no strong line")] = strokesOf(svg, "one");
  assert.equal(one.from[1], one.to[1]);
  return { ...one, y: one.from[1] };
}

/** The words above the strong line, and those below. */
export function zonesOf(svg: string): [Words, Words] {
  const zone = (css: string): Words => wordsOf(svg).find((text) => text.css === css) ?? assert.fail(css);
  const [{ y }, loses, pays] = [oneOf(svg), zone("zone loses"), zone("zone pays")];
  assert.ok(loses.bottom < y && pays.top > y);
  return [loses, pays];
}

/** Words on either side of 1 that a line or a stem runs through. */
export function struck(svg: string): string[] {
  const through = ({ from, to }: Stroke, { left, right, top, bottom }: Words): boolean => {
    if (from[0] === to[0]) return from[0] > left && from[0] < right;
    const slope = (to[1] - from[1]) / (to[0] - from[0]);
    const [a, b] = [from[1] + (left - from[0]) * slope, from[1] + (right - from[0]) * slope];
    return b > top && a < bottom;
  };
  return zonesOf(svg)
    .filter((words) => strokesOf(svg, "now line|then line|stem").some((stroke) => through(stroke, words)))
    .map(({ words }) => words);
}

/** Within the tenths of a pixel that places are rounded to. */
export function near(actual: number, expected: number, what: string): void {
  assert.ok(Math.abs(Math.log(actual / expected)) < 0.015, `${what}: ${actual} is not ${expected}`);
}
