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
    const { status, detail, retry } = kindOf(problem);
    const text = detail(problem);
    const { stackTraceLimit } = Error;
    // A refusal says everything in its problem. Floods of them are made, and a stack costs twenty times the rest.
    const isRefusal = retry === undefined ? status !== null && status < 500 : retry !== "outage";
    if (isRefusal) Error.stackTraceLimit = 0;
    super(text, options);
    Error.stackTraceLimit = stackTraceLimit;
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
