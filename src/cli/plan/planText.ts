import type { Plan } from "../../economics/plan.ts";
import { planSections } from "../../economics/planner/sections.ts";
import { table } from "../shared/output.ts";

/** What `assay plan` prints without `--json`. */
export function planText(plan: Plan): string {
  const paragraphs = planSections(plan).map(({ caption, rows, lines }) =>
    [caption, ...(rows.length > 0 ? [table(rows)] : []), ...lines].join("\n"),
  );
  return paragraphs.join("\n\n");
}
