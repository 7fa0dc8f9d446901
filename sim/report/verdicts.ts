import { percent, span } from "../../src/core/figures.ts";
import type { CustomerResult, SimResult, StrategyResult, ValidatorResult } from "../result.ts";
import { counted, listed, whole } from "./figures.ts";

/** The verdict of one run on a strategy; `level`: within `levelWithin` of an honest miner's profit; `-`: nothing to compare. */
export type StrategyVerdict = "loses" | "PAYS" | "level" | "baseline" | "-";

/** Chance alone changes the profit of equal miners by about this share in one run: less is neither a gain nor a loss. */
const levelWithin = 0.01;

export function honestOf(result: SimResult): StrategyResult | null {
  return result.strategies.find(({ strategy }) => strategy === "honest") ?? null;
}

export function strategyVerdict(of: StrategyResult, honest: StrategyResult | null): StrategyVerdict {
  if (of.strategy === "honest") return "baseline";
  const apart = of.vs_honest_per_day;
  if (apart === null || honest === null) return "-";
  if (Math.abs(apart) <= levelWithin * Math.abs(honest.profit_per_day)) return "level";
  return apart < 0 ? "loses" : "PAYS";
}

/** Strategies by their verdict, in the order of the result. */
export function byVerdict(result: SimResult): Map<StrategyVerdict, StrategyResult[]> {
  const honest = honestOf(result);
  return Map.groupBy(result.strategies, (row) => strategyVerdict(row, honest));
}

function lossText(losing: readonly string[], all: boolean): string {
  if (all && losing.length > 2) return `every one of the ${whole(losing.length)} other strategies loses`;
  return `${listed(losing)} ${losing.length === 1 ? "loses" : "lose"}`;
}

/** Which strategies lose against honest, and which PAY. */
export function verdictLine(result: SimResult): string {
  if (honestOf(result) === null)
    return "No miner was honest, so there is nothing to compare the others with.";
  const groups = byVerdict(result);
  const names = (verdict: StrategyVerdict): string[] =>
    (groups.get(verdict) ?? []).map(({ strategy }) => strategy);
  const [losing, paying, level] = [names("loses"), names("PAYS"), names("level")];
  const others = result.strategies.length - 1;
  if (others === 0) return "Every miner was honest.";
  const parts = [
    ...(paying.length > 0 ? [`${listed(paying)} ${paying.length === 1 ? "PAYS" : "PAY"}`] : []),
    ...(losing.length > 0 ? [lossText(losing, losing.length === others)] : []),
    ...(level.length > 0 ? [`${listed(level)} ${level.length === 1 ? "earns" : "earn"} as much`] : []),
  ];
  return `Against honest work, ${parts.join("; ")}.`;
}

/** How many of the cheats were detected, and whether an honest miner was suspended. */
export function detectionLine(result: SimResult): string {
  const sum = (count: (row: StrategyResult) => number): number =>
    result.strategies.reduce((total, row) => total + count(row), 0);
  const cheats = sum((row) => row.cheats);
  const found = sum((row) => row.detections);
  const wrong = result.validators.reduce((total, { honest_suspensions: count }) => total + count, 0);
  const caught =
    cheats === 0
      ? "No dishonest answer was submitted"
      : `Of ${counted(cheats, "dishonest answer")} ${whole(found)} ${found === 1 ? "was" : "were"} detected (${percent(found / cheats)})`;
  if (wrong === 0) return `${caught}; no miner that never cheated was suspended.`;
  return `${caught}; ${counted(wrong, "suspension")} hit miners that NEVER CHEATED, which must not happen.`;
}

function troubles({ name, crashes, alarm_after_draws: draws }: ValidatorResult): string[] {
  const alarm = `${name} raised the alarm on its realised rate after ${counted(draws ?? 0, "draw")}`;
  return [
    ...(crashes > 0 ? [`${name} was down ${counted(crashes, "time")} because its memory was used up`] : []),
    ...(draws === null ? [] : [alarm]),
  ];
}

/** Crashes and alarms, in one sentence; none where all went well. */
export function troubleLines(result: SimResult): string[] {
  const all = result.validators.flatMap(troubles);
  return all.length === 0 ? [] : [`${listed(all)}.`];
}

/** What became of customers' jobs, in one sentence; none where there were none. */
export function customerLines({ customers }: SimResult): string[] {
  const sum = (of: (row: CustomerResult) => number): number =>
    customers.reduce((total, row) => total + of(row), 0);
  const jobs = sum(({ submitted }) => submitted);
  if (jobs === 0) return [];
  const ends = (["done", "failed", "expired", "cancelled", "waiting"] as const).flatMap((end) => {
    const count = sum((row) => row[end]);
    return count === 0 ? [] : [`${whole(count)} ${end}`];
  });
  return [`Of ${counted(jobs, "customers' job")}: ${listed(ends)}.`];
}

/** The summary of the figures, in sentences. */
export function storyLines(result: SimResult): string[] {
  return [verdictLine(result), detectionLine(result), ...customerLines(result), ...troubleLines(result)];
}

/** Whether the run was completed. */
export function endText(result: SimResult): string {
  if (result.complete) return `${span(result.simulated_ms)} simulated, complete`;
  return `interrupted at ${span(result.simulated_ms)} of ${span(result.duration_ms)}`;
}
