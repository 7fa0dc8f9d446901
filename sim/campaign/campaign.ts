import type { StrategyResult } from "../result.ts";
import type { Scenario, StrategyKind } from "../scenario.ts";
import { meanInterval, verdictOf } from "./interval.ts";
import type { CampaignResult, CampaignStrategy } from "./result.ts";
import { type CampaignOptions, type RunSummary, runSeeds } from "./workers.ts";

const CONFIDENCE = 0.95;

/** Runs every seed and compares every strategy's profit with that of the honest miners of the same run. */
export async function runCampaign(scenario: Scenario, options: CampaignOptions): Promise<CampaignResult> {
  const runs = (await runSeeds(scenario, options)).filter(({ complete }) => complete);
  const ended = runs.toSorted((a, b) => a.seed - b.seed);
  const kinds = new Set(scenario.fleets.map(({ strategy }) => strategy.kind));
  kinds.delete("honest");
  const counted = (of: (run: RunSummary) => number): number => ended.reduce((sum, run) => sum + of(run), 0);
  return {
    ...{ scenario: scenario.name, title: scenario.title, seeds: options.seeds, confidence: CONFIDENCE },
    complete: ended.length === options.seeds.length,
    strategies: ended.length === 0 ? [] : [...kinds].flatMap((kind) => strategyOf(kind, ended)),
    traces: ended.map(({ seed, trace_sha256 }) => ({ seed, trace_sha256 })),
    submissions: counted(({ submissions }) => submissions),
    honest_suspensions: counted(({ validators }) =>
      validators.reduce((sum, { honest_suspensions }) => sum + honest_suspensions, 0),
    ),
  };
}

/** Empty where no run has a figure. */
function strategyOf(strategy: StrategyKind, runs: readonly RunSummary[]): CampaignStrategy[] {
  const of = (kind: StrategyKind): StrategyResult[] =>
    runs.flatMap(({ strategies }) => strategies.filter((row) => row.strategy === kind));
  const rows = of(strategy);
  const gains = rows.flatMap((row) => (row.vs_honest_per_day === null ? [] : [row.vs_honest_per_day]));
  if (gains.length === 0) return [];
  const interval = meanInterval(gains, CONFIDENCE);
  const found = rows.flatMap((row) => row.mean_cheats_to_first_detection ?? []);
  return [
    {
      ...{ strategy, runs: gains.length, ...interval, verdict: verdictOf(interval) },
      cheats_per_run: meanOf(rows.map(({ cheats }) => cheats)) ?? 0,
      detections_per_run: meanOf(rows.map(({ detections }) => detections)) ?? 0,
      mean_cheats_to_first_detection: meanOf(found),
      honest_profit_per_day: meanOf(of("honest").map(({ profit_per_day }) => profit_per_day)),
    },
  ];
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
