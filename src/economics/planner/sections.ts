import type { Plan } from "../plan.ts";
import { lossRows, settingRows, verdictRows } from "./tables.ts";
import {
  adviceLines,
  conventionLine,
  decisionLine,
  detectionLines,
  identityLine,
  improvementLines,
  lossCaption,
  windowLines,
} from "./words.ts";

/** A part of a plan, on the terminal and on the page alike: a table, or none, and sentences below it. */
export interface PlanSection {
  readonly caption: string;
  readonly rows: readonly string[][];
  readonly lines: readonly string[];
}

/** All sections of a plan, in order. */
export function planSections(plan: Plan): PlanSection[] {
  return [
    {
      caption: "Setting",
      rows: settingRows(plan),
      lines: [
        ...improvementLines(plan),
        ...windowLines(plan, "now"),
        ...(plan.before === null ? [] : windowLines(plan.before, "before")),
      ],
    },
    { caption: "Detection and stake", rows: [], lines: detectionLines(plan) },
    { caption: lossCaption(plan.losses), rows: lossRows(plan.losses), lines: [] },
    { caption: "Verdict: penalty / gain", rows: verdictRows(plan.verdict), lines: [] },
    {
      caption: "What decides the verdict",
      rows: [],
      lines: [decisionLine(plan), conventionLine(plan), identityLine(plan)],
    },
    { caption: "Recommendation", rows: [], lines: adviceLines(plan) },
  ];
}
