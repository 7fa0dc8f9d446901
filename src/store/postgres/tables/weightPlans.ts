import { canonical } from "../../../core/canonical.ts";
import type { Fence } from "../../../flow/leases.ts";
import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { ENDED_PLANS_MAX, isEndedPlan, weightPlanOf } from "../../records/weightPlan.ts";
import { first, type Sql, statement } from "../sql.ts";
import { requireFence } from "./fence.ts";
import { read, write } from "./operation.ts";

const one = statement("plan", "SELECT * FROM weight_plans WHERE period = $1");
const open = statement(
  "plans_open",
  "SELECT * FROM weight_plans WHERE state NOT IN ('confirmed', 'missed') ORDER BY period",
);
const latest = statement(
  "plans_latest",
  "SELECT * FROM weight_plans WHERE period < $1 ORDER BY period DESC LIMIT $2",
);
const save = statement(
  "plan_save",
  `INSERT INTO weight_plans (period, state, plan) VALUES ($1, $2, $3)
    ON CONFLICT (period) DO UPDATE SET state = excluded.state, plan = excluded.plan`,
);
const drop = statement(
  "plans_drop",
  `DELETE FROM weight_plans WHERE state IN ('confirmed', 'missed') AND period <=
    (SELECT period FROM weight_plans WHERE state IN ('confirmed', 'missed')
      ORDER BY period DESC LIMIT 1 OFFSET ${ENDED_PLANS_MAX})`,
);

/** Read by who submits weights, so none of them may be stale. */
export const weightPlanOperations = {
  weightPlan: read(async (sql: Sql, period: number): Promise<WeightPlan | null> => {
    const row = await first(sql, one, [period]);
    return row === undefined ? null : weightPlanOf(row);
  }),
  openWeightPlans: read(async (sql: Sql): Promise<WeightPlan[]> => (await sql.rows(open)).map(weightPlanOf)),
  weightPlans: read(
    async (sql: Sql, before: number | null, limit: number): Promise<WeightPlan[]> =>
      (await sql.rows(latest, [before ?? Number.MAX_SAFE_INTEGER, limit])).map(weightPlanOf),
  ),
  /** Of the ended plans the latest are kept; one that is open is never dropped. */
  saveWeightPlan: write(async (sql: Sql, plan: WeightPlan, fence?: Fence): Promise<void> => {
    await requireFence(sql, fence);
    await sql.run(save, [plan.period, plan.state, canonical(plan)]);
    if (isEndedPlan(plan.state)) await sql.run(drop);
  }),
};
