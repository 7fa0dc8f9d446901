import type { StrategyKind } from "../scenario.ts";
import type { IntervalVerdict } from "./interval.ts";

/** One strategy over all seeds. Money in the unit of the scenario. */
export interface CampaignStrategy {
  readonly strategy: StrategyKind;
  /** Seeds that gave a figure. */
  readonly runs: number;
  /** Profit of a miner per day, less that of an honest one in the same run: mean and interval over the seeds. */
  readonly mean: number;
  /** Null with fewer than two runs. */
  readonly low: number | null;
  readonly high: number | null;
  readonly verdict: IntervalVerdict;
  /** Dishonest answers, and those of them that were detected. */
  readonly cheats_per_run: number;
  readonly detections_per_run: number;
  /** Mean over the runs in which it was detected; null where there is none. */
  readonly mean_cheats_to_first_detection: number | null;
  /** What an honest miner earned per day in the same runs; null where there was none. */
  readonly honest_profit_per_day: number | null;
}

/** One scenario with many seeds. */
export interface CampaignResult {
  readonly scenario: string;
  readonly title: string;
  readonly seeds: readonly number[];
  /** False when it was interrupted: then only the seeds of `traces` were run. */
  readonly complete: boolean;
  readonly confidence: number;
  readonly strategies: readonly CampaignStrategy[];
  /** Of the runs that ended. */
  readonly traces: readonly { readonly seed: number; readonly trace_sha256: string }[];
  /** Over all runs. */
  readonly submissions: number;
  /** Suspensions of miners that never cheated, over all runs: must be 0. */
  readonly honest_suspensions: number;
}
