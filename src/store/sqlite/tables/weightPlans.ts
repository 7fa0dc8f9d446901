import type { DatabaseSync } from "node:sqlite";
import { canonical } from "../../../core/canonical.ts";
import type { Fence } from "../../../flow/leases.ts";
import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { ENDED_PLANS_MAX, isEndedPlan, weightPlanOf } from "../../records/weightPlan.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

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
      ORDER BY period DESC LIMIT 1 OFFSET ${ENDED_PLANS_MAX})`);
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
      if (isEndedPlan(plan.state)) drop.run();
    }),
  };
}
