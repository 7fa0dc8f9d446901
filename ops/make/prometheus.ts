import { stringify } from "yaml";
import type { Board, Rule } from "../table/board.ts";
import { withMatchers } from "./selectors.ts";

/** `job_name` in ops/prometheus/prometheus.yml. */
export const JOB = "assay";
/** Where the page of a rule is, from the root of the project. */
export const RUNBOOK = "docs/runbook.md";

function ruleOf({ name, expr, for: lasting, severity, summary }: Rule, board: Board): object {
  return {
    alert: name,
    expr: withMatchers(expr, `job="${JOB}"`),
    for: lasting,
    labels: { severity, service: "assay" },
    annotations: { summary, runbook_url: `${RUNBOOK}#${name}`, dashboard: board.uid },
  };
}

const heading = "# Made by `npm run ops` from ops/table; change it there.\n";

/** The file of all rules, one group per board. */
export function rulesOf(boards: readonly Board[]): string {
  const groups = boards.map((board) => ({
    name: board.uid,
    interval: "30s",
    rules: board.rules.map((rule) => ruleOf(rule, board)),
  }));
  return heading + stringify({ groups }, { lineWidth: 0 });
}
