import { AssayError } from "../../core/problems/assayError.ts";
import type { PlanInputs } from "../../economics/plan.ts";
import type { PlanTexts } from "../../economics/planner/fields.ts";
import { readInputs } from "../../economics/planner/inputs.ts";

/** Reads all inputs; throws `usage` that names every input that makes no sense. */
export function readPlan(texts: PlanTexts): PlanInputs {
  const read = readInputs(texts);
  if ("inputs" in read) return read.inputs;
  throw new AssayError({ code: "usage", message: read.faults.join("; ") });
}
