import { parseFraction } from "../../src/core/fraction.ts";
import type { MinerResult, StrategyResult, ValidatorResult } from "../result.ts";
import type { SimValidator } from "../validator/simValidator.ts";
import type { Network } from "./network.ts";
import { grouped, mean } from "./recorder.ts";
import type { SimMiner } from "./simMiner.ts";

const DAY_MS = 86_400_000;

/** The result of every miner. `nowMs`: since the simulation began. */
export function minersOf({ miners }: Network, nowMs: number): MinerResult[] {
  const honest = miners.filter(({ fleet }) => fleet.strategy.kind === "honest");
  const standard = honest.length === 0 ? null : mean(honest, (miner) => profitPerDay(miner, nowMs));
  const answered = miners.reduce((sum, { counts }) => sum + counts.answered, 0);
  const weight = miners.reduce((sum, miner) => sum + weightOf(miner), 0);
  return miners.map((miner) => {
    const { name, fleet, counts } = miner;
    const { income, cost, jobs, cheats, detections, suspensions, registrations } = counts;
    return {
      ...{ name, fleet: fleet.name, strategy: fleet.strategy.kind },
      ...{ income, cost, profit: income - cost },
      vs_honest_per_day: standard === null ? null : profitPerDay(miner, nowMs) - standard,
      ...{ jobs, answered: counts.answered, failed: counts.failed },
      ...{ cheats, detections, suspensions },
      first_detection_ms: counts.firstDetectionMs,
      cheats_to_first_detection: counts.cheatsToFirstDetection,
      suspended_share: ratio(counts.suspended, counts.payouts),
      registrations,
      weight: ratio(weightOf(miner), weight),
      share_of_work: ratio(counts.answered, answered),
    };
  });
}

/** The same, by strategy. */
export function strategiesOf(
  network: Network,
  miners: readonly MinerResult[],
  nowMs: number,
): StrategyResult[] {
  const byName = new Map(network.miners.map((miner) => [miner.name, miner]));
  return [...grouped(miners, ({ strategy }) => strategy)].map(([strategy, group]) => {
    const found = group.filter((miner) => miner.first_detection_ms !== null);
    const perDay = (of: (miner: SimMiner) => number): number =>
      mean(group, ({ name }) => {
        const miner = byName.get(name);
        return miner === undefined ? 0 : of(miner) / daysOf(miner, nowMs);
      });
    return {
      strategy,
      miners: group.length,
      income_per_day: perDay(({ counts }) => counts.income),
      cost_per_day: perDay(({ counts }) => counts.cost),
      profit_per_day: perDay(({ counts }) => counts.income - counts.cost),
      vs_honest_per_day: group.some((miner) => miner.vs_honest_per_day === null)
        ? null
        : mean(group, (miner) => miner.vs_honest_per_day ?? 0),
      cheats: sum(group, ({ cheats }) => cheats),
      detections: sum(group, ({ detections }) => detections),
      mean_cheats_to_first_detection:
        found.length === 0 ? null : mean(found, (miner) => miner.cheats_to_first_detection ?? 0),
      mean_first_detection_ms:
        found.length === 0 ? null : mean(found, (miner) => miner.first_detection_ms ?? 0),
      suspended_share: mean(group, (miner) => miner.suspended_share),
      weight: sum(group, ({ weight }) => weight),
      share_of_work: sum(group, (miner) => miner.share_of_work),
    };
  });
}

export function validatorsOf({ validators }: Network): ValidatorResult[] {
  const stake = sum(validators, ({ spec }) => spec.stake);
  return validators.map((validator) => resultOf(validator, stake));
}

function resultOf(validator: SimValidator, stake: number): ValidatorResult {
  const { spec, counts } = validator;
  const { budget } = spec.legacy;
  const rate = parseFraction(budget === null ? spec.settings.rate : `${budget.checks}/${budget.of}`);
  const { jobs, sampled, strikes, suspensions, crashes } = counts;
  const stops = [...counts.stops].map(([gate, ticks]) => [gate, ratio(ticks, counts.ticks)] as const);
  return {
    name: spec.name,
    stake: spec.stake / stake,
    processes: spec.processes,
    ...{ jobs, sampled },
    design_rate: rate === null ? 0 : Number(rate.num) / Number(rate.den),
    realised_rate: ratio(counts.plainSampled, counts.plain),
    alarm_after_draws: validator.alarmAfter(),
    verification_load: validator.verificationLoad(),
    backlog_mean: ratio(counts.backlogSum, counts.ticks),
    backlog_max: counts.backlogMax,
    stops: Object.fromEntries(stops),
    in_flight_max: counts.inFlightMax,
    bytes_max: counts.bytesMax,
    ...{ strikes, suspensions, honest_suspensions: counts.honestSuspensions, crashes },
    vectors: validator.chain.handIns,
  };
}

/** Days since the miner joined. */
function daysOf({ joinedMs }: SimMiner, nowMs: number): number {
  return Math.max(1, nowMs - joinedMs) / DAY_MS;
}

function profitPerDay(miner: SimMiner, nowMs: number): number {
  return (miner.counts.income - miner.counts.cost) / daysOf(miner, nowMs);
}

function weightOf({ counts }: SimMiner): number {
  return ratio(counts.weight, counts.payouts);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
