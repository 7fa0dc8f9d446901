import type { LanePolicy, PullLane, Tier, TierSpec } from "../../flow/lane.ts";
import { checkAnswer, type Partial } from "./check.ts";
import { renderCnf } from "./dimacs.ts";
import { generate, type Instance, type Method } from "./generate.ts";

/** About 0.2 ms to remake the instance and a few microseconds to check it, of the 16 ms of a unit. */
const COST = 1 / 32;

export interface SatTier {
  readonly allotment: number;
  readonly weight: number;
  readonly vars: number;
  readonly clauses: number;
  readonly method: Method;
}

export interface SatOptions {
  readonly policy: LanePolicy;
  readonly tiers: ReadonlyMap<number, SatTier>;
  readonly partial: Partial;
}

/** What a solver may print besides its literals: comments, statistics, blank lines. */
const SOLVER_BYTES = 16_384;
/** Of one literal: a sign, up to seven digits, a space, and its share of a line's `v`; then as much again. */
const LITERAL_BYTES = 20;

/** The most bytes of an answer: the raw output of a solver. A bitset is shorter than that at any size. */
export function answerBytes(vars: number): number {
  return SOLVER_BYTES + LITERAL_BYTES * vars;
}

function listed(tier: SatTier): Tier {
  const { allotment, weight, vars, clauses, method } = tier;
  return {
    ...{ allotment, weight, answerBytes: answerBytes(vars) },
    shape: { n_vars: vars, n_clauses: clauses },
    spec: { vars, clauses, method },
  };
}

/** The values of a spec as they were stored; throws on anything else. */
function specOf({ vars, clauses, method }: TierSpec): Pick<SatTier, "vars" | "clauses" | "method"> {
  if (typeof vars !== "number" || typeof clauses !== "number" || (method !== "biased" && method !== "ajm"))
    throw new RangeError(`lane sat: a tier of ${vars} variables, ${clauses} clauses, method ${method}`);
  return { vars, clauses, method };
}

/** Planted 3-SAT: made from a seed, answered with an assignment. */
export function makeSatLane(options: SatOptions): PullLane<Instance> {
  return {
    name: "sat",
    mode: "pull",
    policy: options.policy,
    tiers: new Map(Array.from(options.tiers, ([number, tier]) => [number, listed(tier)])),
    cost: COST,
    issue({ tier, seed, spec }) {
      const own = options.tiers.get(tier);
      if (spec !== undefined) return generate({ seed, ...specOf(spec) });
      if (own === undefined) throw new RangeError(`lane sat: no tier ${tier}`);
      return generate({ seed, vars: own.vars, clauses: own.clauses, method: own.method });
    },
    check: (formula, answer) => checkAnswer(formula, answer, options.partial),
    render: renderCnf,
  };
}
