/** A refusal as the page shows it: the members of the validator's problem documents. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly retryAfterS: number | null;
}

/** What a request that was refused, or not answered, throws. */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(`${problem.code}: ${problem.detail}`);
    this.name = "ApiProblem";
    this.problem = problem;
  }
}

const text = (value: unknown, otherwise: string): string => (typeof value === "string" ? value : otherwise);

export function problemOf(status: number, document: unknown, retryAfter: string | null): Problem {
  const members = (typeof document === "object" && document !== null ? document : {}) as Record<
    string,
    unknown
  >;
  const seconds = Number(retryAfter);
  return {
    status,
    code: text(members.code, `http_${status}`),
    title: text(members.title, `The validator answered ${status}`),
    detail: text(
      members.detail,
      "The answer has no explanation; a proxy between here and the validator may have made it.",
    ),
    retryAfterS: retryAfter !== null && Number.isFinite(seconds) ? seconds : null,
  };
}

/** No answer at all. */
export const unreachable: Problem = {
  status: 0,
  code: "unreachable",
  title: "The validator does not answer",
  detail:
    "The connection failed. The page tries again by itself; check that the validator runs, and the network.",
  retryAfterS: null,
};

export const problemFrom = (error: unknown): Problem =>
  error instanceof ApiProblem
    ? error.problem
    : { ...unreachable, code: "failed", title: "The page failed", detail: String(error) };
