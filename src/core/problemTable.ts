import type { ProblemCode, ProblemRows } from "./problem.ts";
import { requestProblems } from "./requestProblems.ts";
import { startProblems } from "./startProblems.ts";
import { workProblems } from "./workProblems.ts";

/** One row a code; docs/errors.md and the OpenAPI document are bound to it by test/unit/errors.test.ts. */
export const problemTable: ProblemRows<ProblemCode> = {
  ...requestProblems,
  ...workProblems,
  ...startProblems,
};
