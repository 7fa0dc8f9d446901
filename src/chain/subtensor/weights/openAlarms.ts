import type { WeightPlan } from "../../../flow/weightPlan.ts";
import type { OwnState } from "../probe/ownState.ts";
import { lateOf } from "./late.ts";
import { isEnded } from "./plan.ts";

/** What is late at a block, as a running validator would say. */
export function openAlarms(
  plans: readonly WeightPlan[],
  { block, schedule }: Pick<OwnState, "block" | "schedule">,
): { readonly code: string; readonly text: string }[] {
  return plans.flatMap((plan) => {
    const late = isEnded(plan) ? null : lateOf(plan, { block, schedule });
    return late === null ? [] : [late];
  });
}
