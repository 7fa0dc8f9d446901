import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const fileOf = (path: string): string => readFileSync(require.resolve(`uplot/${path}`), "utf8");

/** uPlot for a page, with the licence that must accompany it. */
export function plotLibrary(): { readonly script: string; readonly style: string } {
  return {
    script: `/*!\n${fileOf("LICENSE").trim()}\n*/\n${fileOf("dist/uPlot.iife.min.js").trim()}`,
    style: fileOf("dist/uPlot.min.css").trim(),
  };
}
