import { blameOf } from "../../core/problems/blameOf.ts";
import type { Blame } from "../../core/problems/problem.ts";
import type { OverviewView } from "../../http/handlers.ts";
import { byLabel, type Sums } from "../history/sums.ts";

export type Funnel = OverviewView["funnel"];
type Refused = Funnel[number]["refused"][number];

/** Whose fault it is that a job came to no answer. */
const endBlame: Readonly<Record<string, Blame>> = {
  handler_error: "miner",
  timeout: "miner",
  unreachable: "miner",
  kind_unknown: "miner",
};

/** Those with a count, the most frequent first. */
const inOrder = (refused: readonly Refused[]): Refused[] =>
  refused.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);

/**
 * The way of submissions and jobs from the request to a weight. A stage's `refused` is what did not get further; what is missing beside
 * it is still under way, or was when the hour began.
 */
export function funnelOf(sums: Sums): Funnel {
  const sum = (series: string): number => sums.get(series) ?? 0;
  const both = (end: string): number => sum(`submissions_${end}`) + sum(`jobs_${end}`);
  const weighs = (standing: string): number =>
    sum(`submissions_by_standing:${standing}`) + sum(`jobs_by_standing:${standing}`);
  const refusals = byLabel(sums, "submissions_refused").map(([code, count]) => ({
    ...{ code, count, blame: blameOf(code) },
  }));
  const lost = byLabel(sums, "jobs_ended")
    .filter(([end]) => end !== "answered")
    .map(([end, count]) => ({ code: end, blame: endBlame[end] ?? ("none" as const), count }));
  const repeated = { code: "repeated", blame: "none", count: sum("submissions_repeated") } as const;
  const refused = refusals.reduce((total, { count }) => total + count, 0);
  const admitted = sum("submissions_admitted");
  const ended = { accepted: both("accepted"), rejected: both("rejected"), void: both("void") };
  return [
    {
      stage: "requests",
      count: admitted + repeated.count + refused + sum("jobs_sent"),
      refused: inOrder([...refusals, ...lost, repeated]),
    },
    { stage: "admitted", count: admitted + sum("jobs_ended:answered"), refused: [] },
    {
      stage: "concluded",
      count: ended.accepted + ended.rejected + ended.void,
      refused: inOrder([
        { code: "rejected", blame: "miner", count: ended.rejected },
        { code: "void", blame: "none", count: ended.void },
      ]),
    },
    {
      stage: "accepted",
      count: ended.accepted,
      refused: inOrder([
        { code: "cold_start", blame: "none", count: weighs("cold_start") },
        { code: "suspended", blame: "miner", count: weighs("suspended") },
      ]),
    },
    { stage: "weighed", count: weighs("active"), refused: [] },
  ];
}
