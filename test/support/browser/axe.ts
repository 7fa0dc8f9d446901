import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string | null;
    readonly help: string;
    readonly nodes: readonly { readonly target: readonly unknown[]; readonly failureSummary?: string }[];
  }[];
}

/** What depends on the colours; the rest of the rules need not run again in other ones. */
const ofColours = ["color-contrast", "link-in-text-block"];

/** Findings of axe that keep people out, each in one text; the page forbids scripts of others, so this one comes in by the debugger. */
export async function seriousFindings(page: Page, rules: "all" | "colours" = "all"): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", {
    expression: `globalThis.axe === undefined && (() => {${source}})();0`,
  });
  const options = { resultTypes: ["violations"], ...(rules === "all" ? {} : { runOnly: ofColours }) };
  const run = `axe.run(document, ${JSON.stringify(options)})`;
  const { result } = await session.send("Runtime.evaluate", {
    ...{ expression: `${run}.then((results) => JSON.stringify(results))`, awaitPromise: true },
    returnByValue: true,
  });
  await session.detach();
  const { violations } = JSON.parse(String(result.value)) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ target }) => target.join(" ")).join("; ")}`,
    );
}
