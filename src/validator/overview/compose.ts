import type { WeightPlan } from "../../flow/weightPlan.ts";
import type { OverviewView } from "../../http/handlers.ts";
import type { OverviewFacts } from "./facts.ts";
import { funnelOf } from "./funnel.ts";
import { censusOf } from "./standings.ts";
import { type PlanFacts, verdictOf } from "./verdict.ts";

/** The overview that follows from the facts. */
export function composeOverview(facts: OverviewFacts): OverviewView {
  const { at, block, alerts, version, epoch, subnet, sampling } = facts;
  return {
    at,
    verdict: earning(facts),
    next_weights: nextWeights(facts),
    last_weights: lastWeights(facts),
    funnel: funnelOf(facts.sums),
    sampling,
    miners: censusOf(facts.standings),
    ...{ alerts, version, ...subnet, block, epoch },
  };
}

function earning({ outlook, block, plans, ...facts }: OverviewFacts): OverviewView["verdict"] {
  const weighing =
    outlook === null || block === null ? null : { ...outlook, into: Math.max(0, block - outlook.begins) };
  const ages = plans.map(({ period, state, reason, history }): PlanFacts => {
    const made = history[0]?.block;
    return { period, state, reason, age: block === null || made === undefined ? null : block - made };
  });
  return verdictOf({ ...facts, weighing, plans: ages });
}

function nextWeights({ outlook, block, at, blockMs }: OverviewFacts): OverviewView["next_weights"] {
  if (outlook === null || block === null) return null;
  const ends = outlook.begins + outlook.length;
  return { period: outlook.running, block: ends, at: at + Math.max(0, ends - block) * blockMs };
}

/** The state that the way to the chain has reached; where none was begun, the vector is signed. */
function lastWeights({ vector, plans }: OverviewFacts): OverviewView["last_weights"] {
  const [plan] = plans;
  if (plan !== undefined && plan.period >= (vector?.period ?? 0)) return planState(plan);
  return vector === null ? null : { period: vector.period, state: "signed", at: vector.at };
}

export function planState({ period, state, history }: WeightPlan) {
  return { period, state, at: history.at(-1)?.at ?? 0 };
}
