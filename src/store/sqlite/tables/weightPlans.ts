import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { Fence } from "../../../flow/leases.ts";
import type { PlanState, WeightPlan } from "../../../flow/weightPlan.ts";
import { integer, json, oneOf, type Row, Unreadable } from "../../records/rows.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

/** A tempo of 72 minutes each: 50 days. */
const ENDED_MAX = 1000;

const states = ["planned", "submitted", "committed", "revealed", "confirmed", "missed"] as const;
const members = ["version", "period", "state", "rows", "uids", "values", "extrinsics", "history"] as const;

const isEnded = (state: PlanState): boolean => state === "confirmed" || state === "missed";

export function weightPlanOf(row: Row): WeightPlan {
  const plan = json<WeightPlan>(row, "plan", members);
  const period = integer(row, "period");
  if (plan.version !== 1 || plan.period !== period || plan.state !== oneOf(row, "state", states))
    throw new Unreadable(`column plan does not hold the plan of period ${period}`);
  return plan;
}

export function weightPlanOperations(db: DatabaseSync, require: FenceCheck) {
  const one = db.prepare("SELECT * FROM weight_plans WHERE period = ?");
  const open = db.prepare(
    "SELECT * FROM weight_plans WHERE state NOT IN ('confirmed', 'missed') ORDER BY period",
  );
  const latest = db.prepare("SELECT * FROM weight_plans WHERE period < ? ORDER BY period DESC LIMIT ?");
  const save = db.prepare(`INSERT INTO weight_plans (period, state, plan) VALUES (?, ?, ?)
    ON CONFLICT (period) DO UPDATE SET state = excluded.state, plan = excluded.plan`);
  const drop = db.prepare(`DELETE FROM weight_plans WHERE state IN ('confirmed', 'missed') AND period <=
    (SELECT period FROM weight_plans WHERE state IN ('confirmed', 'missed')
      ORDER BY period DESC LIMIT 1 OFFSET ${ENDED_MAX})`);
  return {
    weightPlan: read((period: number): WeightPlan | null => {
      const row = one.get(period);
      return row === undefined ? null : weightPlanOf(row);
    }),
    openWeightPlans: read((): WeightPlan[] => open.all().map(weightPlanOf)),
    weightPlans: read((before: number | null, limit: number): WeightPlan[] =>
      latest.all(before ?? Number.MAX_SAFE_INTEGER, limit).map(weightPlanOf),
    ),
    /** Of the ended plans the latest are kept; one that is open is never dropped. */
    saveWeightPlan: write((plan: WeightPlan, fence?: Fence): void => {
      require(fence);
      save.run(plan.period, plan.state, canonical(plan));
      if (isEnded(plan.state)) drop.run();
    }),
  };
}
