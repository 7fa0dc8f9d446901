import type { WeightOrder } from "../../../flow/chain.ts";
import type { PlanState, PlanStep, SentExtrinsic, WeightPlan } from "../../../flow/weightPlan.ts";

const EXTRINSICS_MAX = 16;
const HISTORY_MAX = 64;

/** When something is noted in a plan. */
export interface At {
  readonly block: number;
  /** Unix ms. */
  readonly at: number;
}

/** Whose weights a plan sends, and where. */
export interface PlanPlace {
  readonly netuid: number;
  readonly mechanism: number;
  readonly hotkey: string;
}

export function newPlan(order: WeightOrder, { netuid, mechanism, hotkey }: PlanPlace, at: At): WeightPlan {
  return {
    ...{ version: 1, period: order.period, netuid, mechanism, hotkey, state: "planned", reason: null },
    ...{ rows: order.rows, burn_hotkey: order.burnHotkey, method: null },
    ...{ uids: [], hotkeys: [], values: [], version_key: 0, left_out: [], salt: null, commit: null },
    ...{ round: null, commit_block: null, commit_epoch: null, confirmed_block: null, extrinsics: [] },
    ...{ attempts: 0, history: [{ state: "planned", ...at, reason: null }] },
  };
}

/** The first step stays, the oldest after it go. */
function withStep(history: readonly PlanStep[], step: PlanStep): readonly PlanStep[] {
  const all = [...history, step];
  return all.length <= HISTORY_MAX ? all : [...all.slice(0, 1), ...all.slice(2)];
}

/** The plan in another state. */
export function moved(plan: WeightPlan, state: PlanState, at: At, reason: string | null = null): WeightPlan {
  return { ...plan, state, reason, history: withStep(plan.history, { state, ...at, reason }) };
}

export function withExtrinsic(plan: WeightPlan, extrinsic: SentExtrinsic): WeightPlan {
  return { ...plan, extrinsics: [...plan.extrinsics, extrinsic].slice(-EXTRINSICS_MAX) };
}

/** The last extrinsic of a purpose; null before one was made. */
export function lastOf(plan: WeightPlan, purpose: SentExtrinsic["purpose"]): SentExtrinsic | null {
  return plan.extrinsics.findLast((extrinsic) => extrinsic.purpose === purpose) ?? null;
}

export const isEnded = ({ state }: WeightPlan): boolean => state === "confirmed" || state === "missed";

/** The height at which a plan was made. */
export const plannedBlock = ({ history }: WeightPlan): number => history[0]?.block ?? 0;

/** Whether a plan was made after another one; the numbers of periods have no order where the length of a tempo changed. */
export function isLater(a: WeightPlan, b: WeightPlan): boolean {
  const [from, other] = [plannedBlock(a), plannedBlock(b)];
  return from > other || (from === other && a.period > b.period);
}
