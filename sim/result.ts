import type { StrategyKind } from "./scenario.ts";

/** The result of one miner, under all hotkeys that it used. Money in the unit of the scenario. */
export interface MinerResult {
  /** Fleet and number, such as `honest-3`. */
  readonly name: string;
  readonly fleet: string;
  readonly strategy: StrategyKind;
  readonly income: number;
  readonly cost: number;
  readonly profit: number;
  /** Profit per day, less the mean profit per day of the honest miners; null where there are none. */
  readonly vs_honest_per_day: number | null;
  /** Jobs sent to it, answers accepted, and jobs that it failed or answered too late. */
  readonly jobs: number;
  readonly answered: number;
  readonly failed: number;
  /** Dishonest answers submitted, and those of them that were detected. */
  readonly cheats: number;
  readonly detections: number;
  readonly suspensions: number;
  /** From its first dishonest answer to its first detection, ms, and in dishonest answers; null where there is none. */
  readonly first_detection_ms: number | null;
  readonly cheats_to_first_detection: number | null;
  /** Share of the time that it was suspended, by stake. */
  readonly suspended_share: number;
  /** Hotkeys paid for after the first. */
  readonly registrations: number;
  /** Mean weight over all tempos, by stake and clipped as the chain does; sums to 1 over all miners. */
  readonly weight: number;
  /** Share of all accepted answers. */
  readonly share_of_work: number;
}

/** The results of all miners with one strategy. */
export interface StrategyResult {
  readonly strategy: StrategyKind;
  readonly miners: number;
  /** Per miner and day. */
  readonly income_per_day: number;
  readonly cost_per_day: number;
  readonly profit_per_day: number;
  readonly vs_honest_per_day: number | null;
  readonly cheats: number;
  readonly detections: number;
  /** Means over the miners that were detected; null where none was. */
  readonly mean_cheats_to_first_detection: number | null;
  readonly mean_first_detection_ms: number | null;
  readonly suspended_share: number;
  readonly weight: number;
  readonly share_of_work: number;
}

export interface ValidatorResult {
  readonly name: string;
  /** Share of the sum. */
  readonly stake: number;
  readonly processes: number;
  readonly jobs: number;
  readonly sampled: number;
  /** The configured and the realised rate of jobs of the lane's own class, neither cold start nor struck. */
  readonly design_rate: number;
  readonly realised_rate: number;
  /** Draws after which the alarm on the realised rate was raised; null if never. */
  readonly alarm_after_draws: number | null;
  /** Mean share of the verification threads that was busy. */
  readonly verification_load: number;
  /** Verification units that waited at a process: mean and most. */
  readonly backlog_mean: number;
  readonly backlog_max: number;
  /** Share of the time in which no jobs were handed out, by reason. */
  readonly stops: Readonly<Record<string, number>>;
  readonly in_flight_max: number;
  readonly bytes_max: number;
  readonly strikes: number;
  readonly suspensions: number;
  /** Suspensions of miners that never cheated: must be 0. */
  readonly honest_suspensions: number;
  /** Times that the host ran out of memory and was down. */
  readonly crashes: number;
  readonly vectors: number;
}

/** What became of a customer's jobs. */
export interface CustomerResult {
  readonly name: string;
  readonly validator: string;
  readonly submitted: number;
  readonly done: number;
  /** No miner of all that had it gave a right answer. */
  readonly failed: number;
  readonly expired: number;
  readonly cancelled: number;
  /** Not ended when the simulation did. */
  readonly waiting: number;
  /** From the first try to put it in to its answer, to three digits; null where none was answered. */
  readonly median_wait_ms: number | null;
  readonly p99_wait_ms: number | null;
}

/** Values at equal intervals, for plots; at most 240. */
export interface SimSeries {
  /** Ms. */
  readonly t: readonly number[];
  /** Profit of a miner so far, by strategy. */
  readonly profit: Readonly<Record<string, readonly number[]>>;
  /** Miners suspended by at least one validator, by strategy. */
  readonly suspended: Readonly<Record<string, readonly number[]>>;
  /** Answers per minute and miner, by fleet. */
  readonly work: Readonly<Record<string, readonly number[]>>;
  /** Mean cap of a miner at the first validator, by fleet. */
  readonly cap: Readonly<Record<string, readonly number[]>>;
  /** Sampled share of the draws of the lane's own class so far, by validator; null before the first. */
  readonly rate: Readonly<Record<string, readonly (number | null)[]>>;
  /** Jobs in flight, and verification units waiting, by validator. */
  readonly in_flight: Readonly<Record<string, readonly number[]>>;
  readonly backlog: Readonly<Record<string, readonly number[]>>;
}

export interface SimResult {
  readonly scenario: string;
  readonly title: string;
  readonly story: string;
  readonly seed: number;
  /** False when it was interrupted: then everything is as of `simulated_ms`. */
  readonly complete: boolean;
  readonly simulated_ms: number;
  readonly duration_ms: number;
  /** Answers that miners submitted. */
  readonly submissions: number;
  readonly events: number;
  /** SHA-256 of the trace, hex: the same seed gives the same on every machine. */
  readonly trace_sha256: string;
  readonly strategies: readonly StrategyResult[];
  readonly miners: readonly MinerResult[];
  readonly validators: readonly ValidatorResult[];
  readonly customers: readonly CustomerResult[];
  readonly series: SimSeries;
}
