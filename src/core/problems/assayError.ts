import type { Problem, ProblemKind } from "./problem.ts";
import { problemTable } from "./table.ts";

/** The table's row of a problem. */
export function kindOf(problem: Problem): ProblemKind<Problem> {
  return problemTable[problem.code] as ProblemKind<Problem>;
}

/** The one error class: a `Problem`, with its status, blame and text from the table. */
export class AssayError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(kindOf(problem).detail(problem), options);
    this.name = "AssayError";
    this.problem = problem;
  }

  get code(): Problem["code"] {
    return this.problem.code;
  }
}

/** The text of a thrown value. */
export function causeText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
