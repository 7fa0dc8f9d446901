import type { Fraction } from "../core/fraction.ts";
import type { InvalidCode, Verdict } from "./verdict.ts";

/** What the tasks of a tier are made from besides a seed: the lane's own names and values. */
export type TierSpec = Readonly<Record<string, string | number>>;

/** Determines a task. The seed is a 63-bit integer. */
export interface TaskRef {
  readonly tier: number;
  readonly seed: bigint;
  /** As it was when the task was issued; the lane's own tier where it is left out. */
  readonly spec?: TierSpec;
}

/** An answer as received: DIMACS text in UTF-8, or a bitset. */
export interface Answer {
  readonly encoding: "text" | "bitset";
  readonly bytes: Uint8Array;
}

/** What a caught wrong answer costs: the answer, or a strike. */
export type Penalty = "reject" | "strike";

/** Why the verdict is a proven cheat in a lane of this penalty; null when it is not. */
export function cheatCode(penalty: Penalty | undefined, verdict: Verdict | null): InvalidCode | null {
  if (penalty !== "strike" || verdict?.outcome !== "invalid" || verdict.spared) return null;
  return verdict.code;
}

export interface LanePolicy {
  /** Share of the lane's work that is verified. */
  readonly rate: Fraction;
  readonly penalty: Penalty;
  /** Answers accepted per challenge; 1 where the penalty is `strike`. */
  readonly maxAttempts: number;
  /** Share of the weights that is divided among the lane's miners. */
  readonly share: number;
}

/** A difficulty class of a pull lane. */
export interface Tier {
  /** Challenges per miner and epoch. */
  readonly allotment: number;
  /** Credit of one accepted answer. */
  readonly weight: number;
  /** The most bytes that an answer may have; a longer one is refused before it is recorded. */
  readonly answerBytes: number;
  /** Size of the tier's tasks, shown in the listing. */
  readonly shape: { readonly n_vars: number; readonly n_clauses: number };
  readonly spec: TierSpec;
}

interface LaneBase {
  readonly name: string;
  readonly policy: LanePolicy;
  /** Load of one check in verification units; one unit is about 16 ms of one core. */
  readonly cost: number;
}

/** Work that miners fetch: makes it and checks answers. Pure; runs inline and in the worker pool. */
export interface PullLane<Task = unknown> extends LaneBase {
  readonly mode: "pull";
  readonly tiers: ReadonlyMap<number, Tier>;
  /** Rebuilds the task from its seed; throws on a tier that the lane does not have, and on a spec that it cannot read. */
  issue(ref: TaskRef): Task;
  /** `invalid` only when the answer itself is wrong; a throw counts as `error`. */
  check(task: Task, answer: Answer): Verdict;
  /** The text/plain document that the miner fetches. */
  render(task: Task): string;
}

/** What a job asks for: named values, each a decimal number or a list of them. */
export type JobInput = Readonly<Record<string, string | readonly string[]>>;

/** A job without an id: one of the lane's kinds and its input. */
export interface JobTask {
  readonly kind: string;
  readonly input: JobInput;
  /** Private inputs: only the miner that works on the job is sent them, and a check does not need them. */
  readonly privateInput?: JobInput | null;
}

/** An answer as JSON text, with the input that it answers. */
export interface JobCheck {
  readonly input: JobInput;
  readonly answer: string;
}

/** Work that is sent to miners. Pure but for the engine that `prepare` loads; runs inline and in the worker pool. */
export interface PushLane extends LaneBase {
  readonly mode: "push";
  /** The most bytes that an answer takes on the wire: a longer one is a failure of the miner, drawn or not. None when left out. */
  readonly answerMaxBytes?: number;
  /** Names of the kinds of work, such as circuits. */
  readonly kinds: readonly string[];
  /** Prepares for checking; called once in every thread that checks, before its first check. Throws `circuit_invalid`. */
  prepare(): Promise<void>;
  /** Those of the kinds that have benchmark jobs. */
  readonly benchmarks: readonly string[];
  /**
   * The benchmark job of a seed (63 bits), of the given kind or of one that the seed picks: the same arguments give the same job.
   * Null when that kind, or none, has benchmark jobs.
   */
  issue(seed: bigint, kind?: string): JobTask | null;
  /** Validates a customer's input, and takes the private inputs out of it. Throws `lane_kind_not_found` or `invalid_request`, naming the field. */
  accept(kind: string, input: unknown): JobTask;
  /** Checks answers of one kind together; one verdict each, in order. `random`: `count` unpredictable bytes. */
  check(kind: string, items: readonly JobCheck[], random: (count: number) => Uint8Array): Verdict[];
  /** A well-formed answer to the seed's benchmark job that is known to be wrong: it must be found `invalid`. */
  canary(seed: bigint): (JobTask & { readonly answer: string }) | null;
}

/** One kind of work. */
export type Lane = PullLane | PushLane;

/** The lanes of one mode. */
export function pullLanes(lanes: ReadonlyMap<string, Lane>): PullLane[] {
  return [...lanes.values()].filter((lane) => lane.mode === "pull");
}

export function pushLanes(lanes: ReadonlyMap<string, Lane>): PushLane[] {
  return [...lanes.values()].filter((lane) => lane.mode === "push");
}
