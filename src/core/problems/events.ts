import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals of those who follow what happens. */
export const eventProblems = {
  too_many_event_streams: {
    status: 503,
    blame: "validator",
    title: "Too many streams of events",
    detail: (p) =>
      `${p.limit} streams of events are open, which is the limit (http.max_event_streams); connect again in ${p.retry_after_s} s, or read /v1/overview.`,
    retry: "saturation",
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
