import type { Limits } from "../table/limits.ts";
import { tableOf } from "../table/table.ts";
import { dashboardOf } from "./grafana.ts";
import { rulesOf } from "./prometheus.ts";

/** What is made from the table: path from `ops/`, and content. */
export function filesOf(limits: Limits): ReadonlyMap<string, string> {
  const boards = tableOf(limits);
  return new Map([
    ...boards.map((board): [string, string] => [
      `grafana/${board.uid}.json`,
      `${JSON.stringify(dashboardOf(board), null, 2)}\n`,
    ]),
    ["prometheus/rules.yaml", rulesOf(boards)],
  ]);
}
