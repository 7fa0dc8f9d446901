import type { Fraction } from "../core/fraction.ts";
import type { Verdict } from "./verdict.ts";

/** What a task is made from. The seed is a 63-bit integer. */
export interface TaskRef {
  readonly tier: number;
  readonly seed: bigint;
}

/** An answer as it arrived: DIMACS text in UTF-8, or a bitset. */
export interface Answer {
  readonly encoding: "text" | "bitset";
  readonly bytes: Uint8Array;
}

/** What a caught wrong answer costs: the answer, or a strike. */
export type Penalty = "reject" | "strike";

export interface LanePolicy {
  /** Share of the lane's work that is verified. */
  readonly rate: Fraction;
  readonly penalty: Penalty;
  /** Answers that one challenge takes; 1 where the penalty is `strike`. */
  readonly maxAttempts: number;
  /** Share of the weights that the lane's miners divide. */
  readonly share: number;
}

/** A difficulty class of a pull lane. */
export interface Tier {
  /** Challenges a miner has in one epoch. */
  readonly allotment: number;
  /** Credit of one accepted answer. */
  readonly weight: number;
  /** What the listing tells of every task of the tier. */
  readonly shape: { readonly n_vars: number; readonly n_clauses: number };
}

/** One kind of work: how it is made and how an answer to it is checked. Pure; runs inline and in the worker pool. */
export interface Lane<Task = unknown> {
  readonly name: string;
  readonly mode: "pull" | "push";
  readonly policy: LanePolicy;
  readonly tiers: ReadonlyMap<number, Tier>;
  /** Load of one check in verification units; one unit is about 16 ms of one core. */
  readonly cost: number;
  /** Rebuilds the task from its seed; throws on a tier that the lane does not have. */
  issue(ref: TaskRef): Task;
  /** `invalid` only when the answer itself is wrong; a throw counts as `error`. */
  check(task: Task, answer: Answer): Verdict;
  /** What the miner fetches, as text/plain. */
  render(task: Task): string;
}
