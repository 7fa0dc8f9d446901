import type { PlanState, WeightPlan } from "../../flow/weightPlan.ts";
import { integer, json, oneOf, type Row, Unreadable } from "./rows.ts";

/** Ended plans that are kept. A tempo of 72 minutes each: 50 days. */
export const ENDED_PLANS_MAX = 1000;

const states = ["planned", "submitted", "committed", "revealed", "confirmed", "missed"] as const;
const members = ["version", "period", "state", "rows", "uids", "values", "extrinsics", "history"] as const;

export const isEndedPlan = (state: PlanState): boolean => state === "confirmed" || state === "missed";

export function weightPlanOf(row: Row): WeightPlan {
  const plan = json<WeightPlan>(row, "plan", members);
  const period = integer(row, "period");
  if (plan.version !== 1 || plan.period !== period || plan.state !== oneOf(row, "state", states))
    throw new Unreadable(`column plan does not hold the plan of period ${period}`);
  return plan;
}
