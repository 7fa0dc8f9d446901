import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals while no new work is taken, and what is open still ends. */
export const intakeProblems = {
  storage_full: {
    status: 503,
    blame: "validator",
    title: "Storage full",
    detail: (p) =>
      `The validator's disk has no room for new work, so nothing was accepted; send the same request again in ${p.retry_after_s} s. It counts once.`,
    retry: "outage",
  },
  draining: {
    status: 503,
    blame: "validator",
    title: "Draining",
    detail: (p) =>
      `The validator takes no new work for now, by an order of its operator, and ends what it has; send the same request again in ${p.retry_after_s} s.`,
    retry: "outage",
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
