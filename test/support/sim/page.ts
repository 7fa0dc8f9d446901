import assert from "node:assert/strict";
import { createContext, runInContext } from "node:vm";
import type { Plots } from "../../../sim/report/plots.ts";
import { plotScript } from "../../../sim/report/script.ts";

// Reads a page of the report back from its text.

/** The bodies of the elements of a kind. */
export function bodiesOf(page: string, tag: string): string[] {
  return [...page.matchAll(new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`, "g"))].map(
    (match) => match[1] ?? "",
  );
}

export interface Markup {
  readonly tags: readonly string[];
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** What is not a tag. */
  readonly text: string;
}

/** The tags and attributes of a page, the bodies of scripts and styles left out. */
export function markupOf(page: string): Markup {
  const bare = page.replace(/(<(script|style)[^>]*>)[\s\S]*?(<\/\2>)/g, "$1$3");
  const tag = /<\/?([a-z][a-z0-9]*)((?:\s+[a-z0-9-]+(?:="[^"]*")?)*)\s*\/?>|<!doctype html>/g;
  const found = [...bare.matchAll(tag)];
  const attributes = found.flatMap((match) => [...(match[2] ?? "").matchAll(/([a-z0-9-]+)(?:="([^"]*)")?/g)]);
  return {
    tags: found.map((match) => match[1] ?? "doctype"),
    attributes: attributes.map((match) => [match[1] ?? "", match[2] ?? ""] as const),
    text: bare.replace(tag, ""),
  };
}

export function islandOf(page: string): Plots {
  const text = /<script type="application\/json" id="plots">([\s\S]*?)<\/script>/.exec(page)?.[1];
  return JSON.parse(text ?? assert.fail("no data")) as Plots;
}

export interface Drawing {
  readonly options: {
    readonly width: number;
    readonly series: readonly { readonly label: string }[];
    readonly scales: Readonly<Record<"x" | "y", { readonly distr?: number }>>;
  };
  readonly data: readonly (readonly (number | null)[])[];
}

/** Runs the script of the page on as little of a browser as it needs; gives what it handed to the plot library. */
export function drawnBy(page: string): Drawing[] {
  const drawings: Drawing[] = [];
  class Plot {
    static readonly paths = { linear: () => null, stepped: () => null };
    constructor(options: Drawing["options"], data: Drawing["data"]) {
      drawings.push({ options, data });
    }
  }
  const legend = { querySelectorAll: () => [], replaceChildren: () => undefined };
  const hosts = islandOf(page).plots.map((_, at) => ({
    dataset: { plot: String(at) },
    clientWidth: 700,
    nextElementSibling: legend,
  }));
  const island = { textContent: JSON.stringify(islandOf(page)) };
  const root = { classList: { contains: () => false } };
  const context = createContext({
    uPlot: Plot,
    document: {
      documentElement: root,
      getElementById: () => island,
      querySelectorAll: () => hosts,
      querySelector: () => root,
    },
    getComputedStyle: () => ({ getPropertyValue: () => " #000" }),
    ResizeObserver: class {
      observe(): void {}
    },
    matchMedia: () => ({ addEventListener: () => undefined }),
    addEventListener: () => undefined,
  });
  runInContext(plotScript, context);
  return drawings;
}
