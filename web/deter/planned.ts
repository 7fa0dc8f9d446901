import { plan } from "../../src/economics/plan.ts";
import type { PlanTexts } from "../../src/economics/planner/fields.ts";
import { readInputs } from "../../src/economics/planner/inputs.ts";
import { type PlanPage, planPage } from "../../src/economics/planner/planPage.ts";

/** A plan in words and tables, or why its inputs make none. */
export type Planned = { readonly page: PlanPage } | { readonly faults: readonly string[] };

/** The same plan that `assay plan` makes of these inputs. */
export function planned(texts: PlanTexts): Planned {
  const read = readInputs(texts);
  return "faults" in read ? read : { page: planPage(read.inputs, plan(read.inputs)) };
}
