import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { nextEpochBlock } from "../timelock/schedule.ts";
import { type AlarmCode, lateOf, type WeightsAlarm } from "./late.ts";
import { isEnded } from "./plan.ts";
import type { Step } from "./step.ts";
import type { ChainView } from "./view.ts";
import { stopText, type WeightsStop } from "./watch.ts";

/** One look at a block: what each open plan became, and what is to be done. */
export interface Look {
  readonly view: ChainView;
  readonly steps: readonly Step[];
  /** Open and recent plans as they are now, the latest first. */
  readonly plans: readonly WeightPlan[];
}

/** How weights stand at the last finalised block that was looked at. */
export interface WeightsHeights {
  readonly block: number | null;
  /** The latest one. */
  readonly plan: WeightPlan | null;
  /** Why nothing is sent; null when nothing hinders. */
  readonly waits: string | null;
  /** The block from which on it can be tried again; null when no height tells. */
  readonly retry_at: number | null;
  readonly next_epoch_block: number | null;
  readonly last_confirmed: { readonly period: number; readonly block: number } | null;
}

export interface WeightsStatus extends WeightsHeights {
  readonly stopped: WeightsStop | null;
  readonly alarms: readonly WeightsAlarm[];
}

export const unknownHeights: WeightsHeights = {
  ...{ block: null, plan: null, waits: null, retry_at: null, next_epoch_block: null, last_confirmed: null },
};

export function heightsOf({ view, steps, plans }: Look, before: WeightsHeights): WeightsHeights {
  const { block, schedule } = view;
  const confirmed = plans.find(({ state }) => state === "confirmed");
  const waits = steps.findLast((step) => step.waits !== null)?.waits;
  return {
    ...{ block: block.number, plan: plans[0] ?? null, waits: waits?.text ?? null },
    ...{ retry_at: waits?.retryAt ?? null, next_epoch_block: nextEpochBlock(schedule) },
    last_confirmed:
      confirmed === undefined
        ? before.last_confirmed
        : { period: confirmed.period, block: confirmed.confirmed_block ?? block.number },
  };
}

/** The alarms that are open at a block, with their texts. */
export function alarmsOf({ view, steps }: Look, stop: WeightsStop | null): ReadonlyMap<AlarmCode, string> {
  const alarms = new Map<AlarmCode, string>();
  if (stop !== null) alarms.set(stop.code, stopText(stop));
  for (const { plan, burnAbsent } of steps) {
    const late = isEnded(plan) ? null : lateOf(plan, view);
    if (late !== null) alarms.set(late.code, late.text);
    if (burnAbsent) alarms.set("burn_absent", `period ${plan.period}: ${plan.reason ?? ""}`);
  }
  return alarms;
}
