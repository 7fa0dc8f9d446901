import type { ProblemCode } from "../../core/problems/problem.ts";
import { problemTable } from "../../core/problems/table.ts";
import type { TallyRow } from "../../observe/tally.ts";

const codes = (Object.keys(problemTable) as ProblemCode[]).filter(
  (code) => problemTable[code].status !== null,
);
const standings = ["active", "cold_start", "suspended"];
const ends = [
  ...["answered", "handler_error", "timeout", "unreachable", "moved", "unsent", "kind_unknown"],
  ...["withdrawn", "not_recorded"],
];

const concluded = "assay_concluded_total";
const accepted = "assay_accepted_total";
const onChain = "assay_chain_weights_attempts_total";

/**
 * Every counter that is kept over time, and nothing else is. All of it is public, so no row counts checks: how many answers of an open
 * epoch were drawn must not be told. What is accepted, rejected and struck is public per miner as soon as it is on record.
 */
export const keptCounts: readonly TallyRow[] = [
  { series: "submissions_admitted", metric: "assay_admit_submissions_total", where: { kind: "admitted" } },
  { series: "submissions_repeated", metric: "assay_admit_submissions_total", where: { kind: "replay" } },
  {
    series: "submissions_refused",
    metric: "assay_submissions_refused_total",
    label: { name: "code", words: codes },
  },
  { series: "submissions_accepted", metric: concluded, where: { mode: "pull", state: "accepted" } },
  { series: "submissions_rejected", metric: concluded, where: { mode: "pull", state: "rejected" } },
  { series: "submissions_void", metric: concluded, where: { mode: "pull", state: "void" } },
  {
    series: "submissions_by_standing",
    metric: accepted,
    where: { mode: "pull" },
    label: { name: "standing", words: standings },
  },
  { series: "jobs_sent", metric: "assay_dispatch_sent_total" },
  { series: "jobs_ended", metric: "assay_dispatch_ended_total", label: { name: "end", words: ends } },
  { series: "jobs_accepted", metric: concluded, where: { mode: "push", state: "accepted" } },
  { series: "jobs_rejected", metric: concluded, where: { mode: "push", state: "rejected" } },
  { series: "jobs_void", metric: concluded, where: { mode: "push", state: "void" } },
  {
    series: "jobs_by_standing",
    metric: accepted,
    where: { mode: "push" },
    label: { name: "standing", words: standings },
  },
  { series: "strikes", metric: "assay_strikes_total" },
  { series: "unreachable", metric: "assay_unreachable_total" },
  { series: "weights_signed", metric: "assay_vectors_total", where: { outcome: "signed" } },
  { series: "weights_confirmed", metric: onChain, where: { outcome: "confirmed" } },
  { series: "weights_missed", metric: onChain, where: { outcome: "missed" } },
  { series: "http_requests", metric: "assay_http_requests_total" },
  { series: "store_failures", metric: "assay_store_failed_total" },
];

/** One per process and minute: where it is missing, nothing was recorded; where it stands, what is missing is 0. */
export const RECORDED = "minutes_recorded";

/** What is kept as it last was, by the process that leads. */
export const keptLevels = ["miners_active", "miners_cold_start", "miners_suspended", "store_bytes"] as const;

export type KeptLevel = (typeof keptLevels)[number];

/** The label of each series that has one. */
const labelOf: ReadonlyMap<string, string> = new Map(
  keptCounts.flatMap(({ series, label }) => (label === undefined ? [] : [[series, label.name]])),
);

/** The name and the labels that a series is shown with. */
export function shownSeries(series: string): { name: string; labels: Record<string, string> } {
  const [name = "", word] = series.split(":", 2);
  const label = labelOf.get(name);
  return { name, labels: label === undefined || word === undefined ? {} : { [label]: word } };
}

/** The most series that the table can make. */
export const keptSeriesMost =
  1 +
  keptLevels.length +
  keptCounts.reduce((sum, { label }) => sum + (label ? label.words.length + 1 : 1), 0);
