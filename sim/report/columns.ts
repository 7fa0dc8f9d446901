import { fourDigits, percent, span } from "../../src/core/figures.ts";
import type { CustomerResult, MinerResult, SimResult, StrategyResult, ValidatorResult } from "../result.ts";
import { signed, whole } from "./figures.ts";
import { honestOf, strategyVerdict } from "./verdicts.ts";

/** A column of a table, on the terminal and on the page. */
export interface Column<Row> {
  /** At most two lines. */
  readonly head: string;
  readonly cell: (row: Row) => string;
  /** Words rather than a number: left-aligned. */
  readonly words?: true;
  /** Whether the cell of a row needs attention. */
  readonly alarms?: (row: Row) => boolean;
}

/** The baseline is exactly 0, however its sums were rounded. */
function againstHonest({ strategy, vs_honest_per_day: apart }: StrategyResult): string {
  return strategy === "honest" && apart !== null ? "0" : signed(apart);
}

/** Strategies; the first column names the row. */
export function strategyColumns(result: SimResult): Column<StrategyResult>[] {
  const honest = honestOf(result);
  const pays = (row: StrategyResult): boolean => strategyVerdict(row, honest) === "PAYS";
  return [
    { head: "strategy", cell: (row) => row.strategy, words: true },
    { head: "miners", cell: (row) => whole(row.miners) },
    { head: "income\n/day", cell: (row) => fourDigits(row.income_per_day) },
    { head: "cost\n/day", cell: (row) => fourDigits(row.cost_per_day) },
    { head: "profit\n/day", cell: (row) => fourDigits(row.profit_per_day) },
    { head: "vs honest\n/day", cell: againstHonest, alarms: pays },
    { head: "verdict", cell: (row) => strategyVerdict(row, honest), words: true, alarms: pays },
    { head: "cheats", cell: (row) => whole(row.cheats) },
    { head: "detections", cell: (row) => whole(row.detections) },
    { head: "cheats to\n1st detection", cell: (row) => fourDigits(row.mean_cheats_to_first_detection) },
    { head: "time to\n1st detection", cell: (row) => span(row.mean_first_detection_ms) },
    { head: "suspended", cell: (row) => percent(row.suspended_share) },
    { head: "weight", cell: (row) => percent(row.weight) },
    { head: "share of\nwork", cell: (row) => percent(row.share_of_work) },
  ];
}

function stopsText({ stops }: ValidatorResult): string {
  const shut = Object.entries(stops).filter(([, share]) => share > 0);
  return shut.map(([gate, share]) => `${gate} ${percent(share)}`).join(", ") || "-";
}

export const validatorColumns: readonly Column<ValidatorResult>[] = [
  { head: "validator", cell: (row) => row.name, words: true },
  { head: "stake", cell: (row) => percent(row.stake) },
  { head: "pro-\ncesses", cell: (row) => whole(row.processes) },
  { head: "jobs", cell: (row) => whole(row.jobs) },
  { head: "design\nrate", cell: (row) => percent(row.design_rate) },
  { head: "realised\nrate", cell: (row) => percent(row.realised_rate) },
  {
    head: "alarm after\ndraws",
    cell: (row) => whole(row.alarm_after_draws),
    alarms: (row) => row.alarm_after_draws !== null,
  },
  { head: "verifying\nbusy", cell: (row) => percent(row.verification_load) },
  { head: "backlog\nmean", cell: (row) => fourDigits(row.backlog_mean) },
  { head: "backlog\nmost", cell: (row) => fourDigits(row.backlog_max) },
  { head: "strikes", cell: (row) => whole(row.strikes) },
  { head: "suspen-\nsions", cell: (row) => whole(row.suspensions) },
  {
    head: "of honest\nminers",
    cell: (row) => whole(row.honest_suspensions),
    alarms: (row) => row.honest_suspensions > 0,
  },
  { head: "crashes", cell: (row) => whole(row.crashes), alarms: (row) => row.crashes > 0 },
  { head: "stopped, by gate", cell: stopsText, words: true },
];

export const customerColumns: readonly Column<CustomerResult>[] = [
  { head: "customer", cell: (row) => row.name, words: true },
  { head: "validator", cell: (row) => row.validator, words: true },
  { head: "jobs", cell: (row) => whole(row.submitted) },
  { head: "done", cell: (row) => whole(row.done) },
  { head: "failed", cell: (row) => whole(row.failed), alarms: (row) => row.failed > 0 },
  { head: "expired", cell: (row) => whole(row.expired) },
  { head: "cancelled", cell: (row) => whole(row.cancelled) },
  { head: "waiting\nat the end", cell: (row) => whole(row.waiting) },
  { head: "wait\nmedian", cell: (row) => span(row.median_wait_ms) },
  { head: "wait\np99", cell: (row) => span(row.p99_wait_ms) },
];

export const minerColumns: readonly Column<MinerResult>[] = [
  { head: "miner", cell: (row) => row.name, words: true },
  { head: "strategy", cell: (row) => row.strategy, words: true },
  { head: "income", cell: (row) => fourDigits(row.income) },
  { head: "cost", cell: (row) => fourDigits(row.cost) },
  { head: "profit", cell: (row) => fourDigits(row.profit) },
  { head: "vs honest\n/day", cell: (row) => signed(row.vs_honest_per_day) },
  { head: "jobs", cell: (row) => whole(row.jobs) },
  { head: "answered", cell: (row) => whole(row.answered) },
  { head: "failed", cell: (row) => whole(row.failed) },
  { head: "cheats", cell: (row) => whole(row.cheats) },
  { head: "detections", cell: (row) => whole(row.detections) },
  { head: "suspen-\nsions", cell: (row) => whole(row.suspensions) },
  { head: "cheats to\n1st detection", cell: (row) => whole(row.cheats_to_first_detection) },
  { head: "time to\n1st detection", cell: (row) => span(row.first_detection_ms) },
  { head: "suspended", cell: (row) => percent(row.suspended_share) },
  { head: "new\nhotkeys", cell: (row) => whole(row.registrations) },
  { head: "weight", cell: (row) => percent(row.weight) },
  { head: "share of\nwork", cell: (row) => percent(row.share_of_work) },
];
