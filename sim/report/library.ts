import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const fileOf = (path: string): string => readFileSync(require.resolve(`uplot/${path}`), "utf8");

/** uPlot as it is put into a page, with the licence that must go with it. */
export function plotLibrary(): { readonly script: string; readonly style: string } {
  return {
    script: `/*!\n${fileOf("LICENSE").trim()}\n*/\n${fileOf("dist/uPlot.iife.min.js").trim()}`,
    style: fileOf("dist/uPlot.min.css").trim(),
  };
}
