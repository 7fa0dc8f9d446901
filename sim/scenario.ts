/** A length in milliseconds, or a law by which lengths are drawn, ms. */
export type Law =
  | number
  /** At least `min`, on average `mean`; the rest is exponential. */
  | { readonly min: number; readonly mean: number }
  /** Uniform between the two. */
  | { readonly low: number; readonly high: number };

/** How a miner behaves. Times in ms of the simulation. */
export type Strategy =
  | { readonly kind: "honest" }
  /** Never works. */
  | { readonly kind: "always" }
  /** `cheats` cheats in every window, spread over it; honest otherwise. */
  | { readonly kind: "trickle"; readonly cheats: number; readonly window_ms: number }
  /** Cheats at every job for `lasts_ms` out of every `every_ms`. */
  | { readonly kind: "burst"; readonly every_ms: number; readonly lasts_ms: number }
  /** Honest for `honest_for_ms` after it joined, then never again. */
  | { readonly kind: "sleeper"; readonly honest_for_ms: number }
  /** Submits the last answer of another miner. */
  | { readonly kind: "copy" }
  /** Answers only jobs that take it no longer than `over_ms`; it ignores the others, or gives them back at once. */
  | { readonly kind: "abort"; readonly over_ms: number; readonly how: "silent" | "give_back" }
  /** Never works; when suspended, it comes back as a new hotkey at the end of the tempo, for the price of registration. */
  | { readonly kind: "sybil" }
  /** Learns from everything that a miner can see, including revealed keys and logs of closed epochs, and cheats where it expects no check. */
  | { readonly kind: "predictor" }
  /** Submits an empty answer, or an old one of its own. */
  | { readonly kind: "lazy"; readonly answer: "empty" | "stale" }
  /** Works honestly but takes `factor` times the jobs that it can do at once. */
  | { readonly kind: "congestor"; readonly factor: number };

export type StrategyKind = Strategy["kind"];

/** The settings of a simulated validator, with the names and defaults of the configuration. */
export interface ValidatorSettings {
  /** As a fraction, such as `20/500`. */
  readonly rate: string;
  readonly classes: { readonly customer: string; readonly cold_start: string; readonly struck: string };
  readonly floor: string;
  readonly strikes: number;
  readonly window_blocks: number;
  readonly suspension_tempos: number;
  readonly unreachable_tempos: number;
  readonly cold_start_blocks: number;
  /** Bound on all jobs in flight; null for none. */
  readonly ceiling: number | null;
  readonly bytes_in_flight: number;
  /** Verification units checked at once, and the bound on pending ones as a multiple of it. */
  readonly concurrency: number;
  readonly pending_factor: number;
}

/** Rules that this project does not have, to show their effects. */
export interface LegacyRules {
  /** At most `checks` checks per miner and tempo, drawn at `checks / of` until they are used up; null for the real sampler. */
  readonly budget: { readonly checks: number; readonly of: number } | null;
  /** True: bytes in flight are not bounded and memory is not watched; past its memory the host is down for `down_ms`. */
  readonly memory_unbounded: boolean;
  /** True: a strike forfeits nothing. */
  readonly credit_kept: boolean;
}

export interface ValidatorSpec {
  readonly name: string;
  /** In any unit: the share of the sum counts. */
  readonly stake: number;
  readonly settings: ValidatorSettings;
  readonly legacy: LegacyRules;
  /** Threads that verify, and memory for jobs in flight, bytes. */
  readonly host: { readonly threads: number; readonly memory_bytes: number; readonly down_ms: number };
  /** How long a commit of the store takes, ms. */
  readonly commit_ms: number;
  /** Processes that share its store, each on a host of its own. */
  readonly processes: number;
}

export interface FleetSpec {
  readonly name: string;
  readonly count: number;
  readonly strategy: Strategy;
  /** Time of one honest answer at one server of the miner. */
  readonly service_ms: Law;
  /** Time of a dishonest one. */
  readonly cheat_ms: Law;
  /** Network delay, both ways together. */
  readonly delay_ms: Law;
  /** Answers that it works on at once, per validator. */
  readonly parallel: number;
  /** Jobs at once that it claims to take. */
  readonly capacity: number;
  /** Share of the jobs that it gives back at once. */
  readonly failing: number;
  /** Money, for an honest answer; a dishonest one costs nothing. */
  readonly cost_per_job: number;
  /** Money, while it is not suspended everywhere. */
  readonly cost_per_hour: number;
  /** When it joins, ms; null: before the start, with its cold start over. */
  readonly joins_ms: number | null;
}

/** An event at a moment, ms. */
export type ScenarioEvent = { readonly at_ms: number } & (
  | {
      readonly do: "set";
      readonly fleet: string;
      readonly service_ms?: Law;
      readonly parallel?: number;
      readonly failing?: number;
    }
  /** The fleet takes jobs and answers none. */
  | { readonly do: "mute"; readonly fleet: string; readonly for_ms: number }
  /** The fleet has no connections. */
  | { readonly do: "disconnect"; readonly fleet: string; readonly for_ms: number }
  /** The validator cannot reach anyone: the fault is its own. */
  | { readonly do: "isolate"; readonly validator: string; readonly for_ms: number }
  /** The validator, or one of its processes (from 1), stops and starts again; its store stays, its memory does not. */
  | {
      readonly do: "restart";
      readonly validator: string;
      readonly process?: number;
      readonly down_ms: number;
    }
  /** A process ends without stopping, and starts again. */
  | { readonly do: "kill"; readonly validator: string; readonly process: number; readonly down_ms: number }
  /** A process stands still, and goes on. */
  | { readonly do: "pause"; readonly validator: string; readonly process: number; readonly for_ms: number }
);

export interface LaneSpec {
  /** Kinds of work; each job is one of them. */
  readonly kinds: number;
  /** Bytes of a job and of an answer on the wire. */
  readonly job_bytes: number;
  readonly answer_bytes: number;
  /** Time of one check in one thread, ms, and its load in verification units. */
  readonly verify_ms: number;
  readonly cost: number;
}

/** A customer that puts in jobs, one after the other. */
export interface CustomerSpec {
  readonly name: string;
  /** Where it puts them in; null: at the first validator. */
  readonly validator: string | null;
  /** Time from one job to the next. */
  readonly every_ms: Law;
  /** Time after which a job that has not ended ends unanswered. */
  readonly deadline_ms: number;
  /** Time after which the customer cancels a job that has not ended; null: never. */
  readonly patience_ms: Law | null;
}

export interface Scenario {
  /** The file's name without its extension. */
  readonly name: string;
  readonly title: string;
  /** What the scenario shows, in a few sentences. */
  readonly story: string;
  readonly duration_ms: number;
  readonly network: {
    readonly block_ms: number;
    readonly tempo: number;
    readonly epoch_hours: number;
    /** Money that the network pays to all miners per day. */
    readonly emission_per_day: number;
    /** Price of a new hotkey. */
    readonly registration: number;
  };
  readonly lane: LaneSpec;
  readonly validators: readonly ValidatorSpec[];
  readonly fleets: readonly FleetSpec[];
  readonly customers: readonly CustomerSpec[];
  /** In order of time. */
  readonly events: readonly ScenarioEvent[];
}
