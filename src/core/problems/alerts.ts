import type { ProblemCode, ProblemRows } from "./problem.ts";

/** Refusals of what an operator says of alerts. */
export const alertProblems = {
  alert_rule_not_found: {
    status: 404,
    blame: "operator",
    title: "No such alert rule",
    detail: (p) => `There is no rule "${p.rule}"; the rules are ${p.rules.join(", ")}.`,
  },
  alert_not_muted: {
    status: 404,
    blame: "operator",
    title: "Not muted",
    detail: (p) => `The rule ${p.rule} is not muted; \`assay alerts list\` shows which are.`,
  },
} satisfies Partial<ProblemRows<ProblemCode>>;
