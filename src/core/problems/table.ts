import { eventProblems } from "./events.ts";
import { intakeProblems } from "./intake.ts";
import type { ProblemCode, ProblemRows } from "./problem.ts";
import { requestProblems } from "./requests.ts";
import { startProblems } from "./starts.ts";
import { workProblems } from "./work.ts";

/** One row per code; docs/errors.md and the OpenAPI document are bound to it by test/unit/core/problems/table.test.ts. */
export const problemTable: ProblemRows<ProblemCode> = {
  ...requestProblems,
  ...eventProblems,
  ...workProblems,
  ...intakeProblems,
  ...startProblems,
};
