import { type PlanKey, type PlanTexts, planFields } from "../../economics/planner/fields.ts";
import { table } from "../shared/output.ts";
import type { LiveInputs } from "./liveInputs.ts";

/** Where each input of a plan comes from. */
export interface PlanSources {
  readonly url: string;
  readonly live: PlanTexts;
  /** By flag or file. */
  readonly given: PlanTexts;
  readonly defaults: PlanTexts;
  readonly missing: readonly string[];
}

/** What is given overrides what is live, and what is neither has its default. */
export function sourced({ url, texts, missing }: LiveInputs, given: PlanTexts): PlanSources {
  const keys = Object.keys(planFields) as PlanKey[];
  const entries = (of: (key: PlanKey) => string | null | undefined): PlanTexts =>
    Object.fromEntries(
      keys.flatMap((key) => {
        const text = of(key);
        return typeof text === "string" ? [[key, text]] : [];
      }),
    );
  return {
    url,
    live: entries((key) => (given[key] === undefined ? texts[key] : null)),
    given,
    defaults: entries((key) => ((given[key] ?? texts[key]) === undefined ? planFields[key].usual : null)),
    missing,
  };
}

const WIDTH = 56;
const short = (text: string): string => (text.length <= WIDTH ? text : `${text.slice(0, WIDTH - 3)}...`);

/** The inputs of a plan that was made from a running validator. */
export function sourceText({ url, live, given, defaults, missing }: PlanSources): string {
  const rows = (texts: PlanTexts, source: string): string[][] =>
    Object.entries(texts).map(([key, text]) => [key, short(text), source]);
  return [
    `Inputs, from ${url}`,
    table([
      ["input", "value", "source"],
      ...rows(live, "live"),
      ...rows(given, "given"),
      ...rows(defaults, "default"),
    ]),
    ...missing.map((text) => `Not known: ${text}.`),
  ].join("\n");
}
