import { parseFraction } from "../../src/core/fraction.ts";
import type { MinerResult, StrategyResult, ValidatorResult } from "../result.ts";
import type { SimValidator } from "../validator/simValidator.ts";
import type { Network } from "./network.ts";
import { grouped, mean } from "./recorder.ts";
import type { SimMiner } from "./simMiner.ts";

const DAY_MS = 86_400_000;

/** What came of every miner. `nowMs`: since the simulation began. */
export function minersOf({ places }: Network, nowMs: number): MinerResult[] {
  const honest = places.filter(({ fleet }) => fleet.strategy.kind === "honest");
  const standard = honest.length === 0 ? null : mean(honest, (place) => profitPerDay(place, nowMs));
  const answered = places.reduce((sum, { counts }) => sum + counts.answered, 0);
  const weight = places.reduce((sum, place) => sum + weightOf(place), 0);
  return places.map((place) => {
    const { name, fleet, counts } = place;
    const { income, cost, jobs, cheats, detections, suspensions, registrations } = counts;
    return {
      ...{ name, fleet: fleet.name, strategy: fleet.strategy.kind },
      ...{ income, cost, profit: income - cost },
      vs_honest_per_day: standard === null ? null : profitPerDay(place, nowMs) - standard,
      ...{ jobs, answered: counts.answered, failed: counts.failed },
      ...{ cheats, detections, suspensions },
      first_detection_ms: counts.firstDetectionMs,
      cheats_to_first_detection: counts.cheatsToFirstDetection,
      suspended_share: ratio(counts.suspended, counts.payouts),
      registrations,
      weight: ratio(weightOf(place), weight),
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
  const places = new Map(network.places.map((place) => [place.name, place]));
  return [...grouped(miners, ({ strategy }) => strategy)].map(([strategy, group]) => {
    const found = group.filter((miner) => miner.first_detection_ms !== null);
    const perDay = (of: (place: SimMiner) => number): number =>
      mean(group, ({ name }) => {
        const place = places.get(name);
        return place === undefined ? 0 : of(place) / daysOf(place, nowMs);
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

export function validatorsOf({ stations }: Network): ValidatorResult[] {
  const stake = sum(stations, ({ spec }) => spec.stake);
  return stations.map((station) => resultOf(station, stake));
}

function resultOf(station: SimValidator, stake: number): ValidatorResult {
  const { spec, counts } = station;
  const { budget } = spec.legacy;
  const rate = parseFraction(budget === null ? spec.settings.rate : `${budget.checks}/${budget.of}`);
  const { jobs, sampled, strikes, suspensions, crashes } = counts;
  const stops = [...counts.stops].map(([gate, ticks]) => [gate, ratio(ticks, counts.ticks)] as const);
  return {
    name: spec.name,
    stake: spec.stake / stake,
    ...{ jobs, sampled },
    design_rate: rate === null ? 0 : Number(rate.num) / Number(rate.den),
    realised_rate: ratio(counts.plainSampled, counts.plain),
    alarm_after_draws: station.alarmAfter(),
    verification_load: station.verificationLoad(),
    backlog_mean: ratio(counts.backlogSum, counts.ticks),
    backlog_max: counts.backlogMax,
    stops: Object.fromEntries(stops),
    in_flight_max: counts.inFlightMax,
    bytes_max: counts.bytesMax,
    ...{ strikes, suspensions, honest_suspensions: counts.honestSuspensions, crashes },
    vectors: station.chain.handIns,
  };
}

/** Days that the miner has been there. */
function daysOf({ joinedMs }: SimMiner, nowMs: number): number {
  return Math.max(1, nowMs - joinedMs) / DAY_MS;
}

function profitPerDay(place: SimMiner, nowMs: number): number {
  return (place.counts.income - place.counts.cost) / daysOf(place, nowMs);
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
