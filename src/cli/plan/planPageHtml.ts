import { moduleAt } from "../../core/home.ts";
import type { PlanPage } from "../../economics/planner/planPage.ts";

/** What the simulator's report offers for a plan; it stands beside `src`, so it is loaded by its path. */
interface PlanReport {
  planHtml(page: PlanPage): string;
}

/** The page as one HTML file. */
export async function planPageHtml(page: PlanPage): Promise<string> {
  const report = (await import(moduleAt("sim/report/planPage").href)) as PlanReport;
  return report.planHtml(page);
}
