import { createHash } from "node:crypto";
import type {
  CustomerResult,
  MinerResult,
  SimResult,
  SimSeries,
  StrategyResult,
  ValidatorResult,
} from "../../../sim/result.ts";
import type { StrategyKind } from "../../../sim/scenario.ts";
import { seededUnit, type Unit } from "../../../src/economics/seededUnit.ts";

/** A small model of what strategies lead to, only to have a result of a real one's shape and size. */
interface Fleet {
  readonly name: string;
  readonly strategy: StrategyKind;
  readonly count: number;
  /** Answers an hour of a miner. */
  readonly speed: number;
  readonly costPerHour: number;
  /** Share of the answers that is dishonest at a moment, hours. */
  readonly cheating: (hour: number) => number;
  /** How much of a cheat a check sees. */
  readonly seen: number;
}

type FleetRow = readonly [
  name: string,
  strategy: StrategyKind,
  count: number,
  speed: number,
  costPerHour: number,
  cheating: number | Fleet["cheating"],
  seen?: number,
];
const rows: readonly FleetRow[] = [
  ["honest-fast", "honest", 12, 60, 0.8, 0],
  ["honest-slow", "honest", 12, 25, 0.4, 0],
  ["honest-far", "honest", 8, 40, 0.6, 0],
  ["always", "always", 6, 90, 0.05, 1],
  ["trickle-1", "trickle", 5, 60, 0.79, 0.01],
  ["trickle-20", "trickle", 5, 60, 0.7, 0.1],
  ["burst", "burst", 5, 60, 0.7, (at) => (at % 12 < 1 ? 1 : 0)],
  ["sleeper", "sleeper", 5, 60, 0.6, (at) => (at > 60 ? 1 : 0)],
  ["copy", "copy", 5, 80, 0.1, 1],
  ["abort-silent", "abort", 5, 35, 0.5, 0],
  ["abort-back", "abort", 5, 38, 0.5, 0],
  ["sybil", "sybil", 5, 90, 0.9, 1],
  ["predictor", "predictor", 5, 75, 0.3, 0.5, 0.01],
  ["lazy", "lazy", 5, 90, 0.05, 1],
  ["congestor", "congestor", 5, 48, 0.82, 0],
];
const fleets: readonly Fleet[] = rows.map(
  ([name, strategy, count, speed, costPerHour, cheating, seen = 1]) => ({
    name,
    strategy,
    count,
    speed,
    costPerHour,
    cheating: typeof cheating === "number" ? () => cheating : cheating,
    seen,
  }),
);

const stakes = [44.4, 35.7, 7.09, 6.24, 6.57];
const rate = 0.04;
const outHours = 24;
const hour = 3_600_000;
const round = (value: number): number => Number(value.toPrecision(12));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);
const meanOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : mean(known);
};

class ModelledMiner {
  readonly fleet: Fleet;
  readonly name: string;
  income = 0;
  cost = 0;
  cheats = 0;
  detections = 0;
  answered = 0;
  firstCheat: number | null = null;
  firstFound: { readonly hour: number; readonly cheats: number } | null = null;
  outUntil = 0;
  outHours = 0;

  constructor(fleet: Fleet, number: number) {
    this.fleet = fleet;
    this.name = `${fleet.name}-${number}`;
  }

  /** One step of work: pay, cost, cheats and what becomes of them. */
  step(now: number, hours: number, unit: Unit): void {
    this.cost += this.fleet.costPerHour * hours;
    if (now < this.outUntil) {
      this.outHours += hours;
      return;
    }
    const answers = this.fleet.speed * hours * (0.9 + 0.2 * unit());
    const cheats = answers * this.fleet.cheating(now);
    this.answered += Math.round(answers);
    this.cheats += Math.round(cheats);
    this.income += 0.035 * answers;
    if (cheats > 0) this.firstCheat ??= now;
    if (unit() < 1 - (1 - rate * this.fleet.seen) ** cheats) this.found(now);
  }

  found(now: number): void {
    this.detections += 1;
    this.firstFound ??= { hour: now, cheats: Math.max(1, Math.min(this.cheats, Math.round(1 / rate))) };
    this.outUntil = now + outHours;
  }
}

interface Course {
  readonly t: number[];
  readonly profit: Record<string, number[]>;
  readonly suspended: Record<string, number[]>;
  readonly work: Record<string, number[]>;
  readonly cap: Record<string, number[]>;
}

function record<Value>(names: readonly string[]): Record<string, Value[]> {
  return Object.fromEntries(names.map((name) => [name, []]));
}

function run(miners: readonly ModelledMiner[], points: number, hours: number, unit: Unit): Course {
  const strategies = [...new Set(miners.map(({ fleet }) => fleet.strategy))];
  const names = [...new Set(miners.map(({ fleet }) => fleet.name))];
  const course: Course = {
    t: [],
    profit: record(strategies),
    suspended: record(strategies),
    work: record(names),
    cap: record(names),
  };
  for (let at = 1; at <= points; at++) {
    const now = (hours * at) / points;
    for (const miner of miners) miner.step(now, hours / points, unit);
    course.t.push(Math.round(now * hour));
    for (const strategy of strategies) {
      const own = miners.filter(({ fleet }) => fleet.strategy === strategy);
      course.profit[strategy]?.push(mean(own.map(({ income, cost }) => income - cost)));
      course.suspended[strategy]?.push(own.filter(({ outUntil }) => outUntil > now).length);
    }
    for (const name of names) {
      const own = miners.filter(({ fleet }) => fleet.name === name);
      const working = own.filter(({ outUntil }) => outUntil <= now).length / own.length;
      const speed = own[0]?.fleet.speed ?? 0;
      course.work[name]?.push((working * speed * (0.95 + 0.1 * unit())) / 60);
      course.cap[name]?.push(1 + working * (speed / 4) * (1 - Math.exp(-now / 6)));
    }
  }
  return course;
}

function minerResults(miners: readonly ModelledMiner[], hours: number): MinerResult[] {
  const days = hours / 24;
  const honest = mean(
    miners.filter(({ fleet }) => fleet.strategy === "honest").map(({ income, cost }) => income - cost),
  );
  const work = sum(miners.map(({ answered }) => answered));
  return miners.map((miner) => ({
    name: miner.name,
    fleet: miner.fleet.name,
    strategy: miner.fleet.strategy,
    income: round(miner.income),
    cost: round(miner.cost),
    profit: round(miner.income - miner.cost),
    vs_honest_per_day: round((miner.income - miner.cost - honest) / days),
    jobs: miner.answered + 3,
    answered: miner.answered,
    failed: 3,
    cheats: miner.cheats,
    detections: miner.detections,
    suspensions: miner.detections,
    first_detection_ms:
      miner.firstFound === null || miner.firstCheat === null
        ? null
        : Math.round((miner.firstFound.hour - miner.firstCheat) * hour),
    cheats_to_first_detection: miner.firstFound?.cheats ?? null,
    suspended_share: round(miner.outHours / hours),
    registrations: miner.fleet.strategy === "sybil" ? miner.detections : 0,
    weight: round(miner.answered / work),
    share_of_work: round(miner.answered / work),
  }));
}

function strategyResult(own: readonly MinerResult[], days: number): StrategyResult {
  const perDay = (value: (row: MinerResult) => number): number => round(mean(own.map(value)) / days);
  return {
    strategy: own[0]?.strategy ?? "honest",
    miners: own.length,
    income_per_day: perDay((row) => row.income),
    cost_per_day: perDay((row) => row.cost),
    profit_per_day: perDay((row) => row.profit),
    vs_honest_per_day: meanOf(own.map((row) => row.vs_honest_per_day)),
    cheats: sum(own.map((row) => row.cheats)),
    detections: sum(own.map((row) => row.detections)),
    mean_cheats_to_first_detection: meanOf(own.map((row) => row.cheats_to_first_detection)),
    mean_first_detection_ms: meanOf(own.map((row) => row.first_detection_ms)),
    suspended_share: mean(own.map((row) => row.suspended_share)),
    weight: sum(own.map((row) => row.weight)),
    share_of_work: sum(own.map((row) => row.share_of_work)),
  };
}

const customerResult: CustomerResult = {
  ...{ name: "steady", validator: "validator-1", submitted: 1208, done: 1190 },
  ...{ failed: 0, expired: 3, cancelled: 11, waiting: 4, median_wait_ms: 9230, p99_wait_ms: 20_700 },
};

function validatorResult(
  at: number,
  shares: readonly number[],
  answers: number,
  found: number,
): ValidatorResult {
  const share = shares[at] ?? 0;
  const jobs = Math.round(answers * share);
  return {
    name: `validator-${at + 1}`,
    stake: share,
    processes: 1 + (at % 2) * 2,
    jobs,
    sampled: Math.round(jobs * 0.0402),
    design_rate: rate,
    realised_rate: at === 4 ? 0.0127 : 0.0402 - at * 1e-4,
    alarm_after_draws: at === 4 ? 181 : null,
    verification_load: 0.61 * share,
    backlog_mean: 3.2 * share,
    backlog_max: Math.round(16 * share),
    stops: at === 0 ? { backlog: 0.0312, bytes: 0, ceiling: 0.00041 } : { backlog: 0, bytes: 0, ceiling: 0 },
    in_flight_max: Math.round(900 * share),
    bytes_max: Math.round(2e8 * share),
    strikes: found,
    suspensions: found,
    honest_suspensions: 0,
    crashes: at === 3 ? 2 : 0,
    vectors: 168,
  };
}

function validatorSeries(
  validators: readonly ValidatorResult[],
  points: number,
  unit: Unit,
): Pick<SimSeries, "rate" | "in_flight" | "backlog"> {
  const names = validators.map(({ name }) => name);
  const series = {
    rate: record<number | null>(names),
    in_flight: record<number>(names),
    backlog: record<number>(names),
  };
  for (const {
    name,
    stake,
    realised_rate: realised,
    in_flight_max: most,
    backlog_max: backlog,
  } of validators)
    for (let at = 1; at <= points; at++) {
      const drift = ((unit() - 0.5) * 0.06) / Math.sqrt(at * (1 + 10 * stake));
      series.rate[name]?.push(at < 3 ? null : Math.max(0, realised + drift));
      series.in_flight[name]?.push(Math.round(most * (0.6 + 0.4 * unit()) * (1 - Math.exp(-at / 8))));
      series.backlog[name]?.push(Math.floor(backlog * unit() ** 4));
    }
  return series;
}

export interface SampleShape {
  readonly validators?: number;
  readonly points?: number;
  readonly hours?: number;
  /** Fleets to have, by name; all of them unless given. */
  readonly only?: readonly string[];
  readonly seed?: number;
}

/** A result with up to 15 fleets of all strategies and 5 validators: one that pays, one that crashed, one under the rate. */
export function sampleResult(shape: SampleShape = {}): SimResult {
  const { validators: count = 5, points = 240, hours = 168, only, seed = 7 } = shape;
  const unit = seededUnit(seed);
  const miners = fleets
    .filter(({ name }) => only?.includes(name) ?? true)
    .flatMap((fleet) => Array.from({ length: fleet.count }, (_, at) => new ModelledMiner(fleet, at + 1)));
  const { t, profit, suspended, work, cap } = run(miners, points, hours, unit);
  const rows = minerResults(miners, hours);
  const listed = stakes.slice(0, count);
  const shares = listed.map((stake) => stake / sum(listed));
  const answers = sum(rows.map(({ answered }) => answered));
  const found = sum(rows.map(({ detections }) => detections));
  const validators = shares.map((_, at) => validatorResult(at, shares, answers, found));
  return {
    scenario: "zoo",
    title: "Fifteen fleets and every way to cheat",
    story:
      "Ninety-three miners of eleven strategies work a week for five validators that verify 4 % and suspend for a day. " +
      "One of the validators has little memory, and one draws fewer jobs than it should.",
    customers: [customerResult],
    seed,
    complete: true,
    simulated_ms: hours * hour,
    duration_ms: hours * hour,
    submissions: answers,
    events: answers * 7,
    trace_sha256: createHash("sha256").update(JSON.stringify(rows)).digest("hex"),
    strategies: [...Map.groupBy(rows, (row) => row.strategy).values()].map((own) =>
      strategyResult(own, hours / 24),
    ),
    miners: rows,
    validators,
    series: { t, profit, suspended, work, cap, ...validatorSeries(validators, points, unit) },
  };
}
