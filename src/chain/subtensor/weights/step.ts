import type { SentExtrinsic, WeightMethod, WeightPlan } from "../../../flow/weightPlan.ts";
import { commitEpoch, nextEpochBlock } from "../timelock/schedule.ts";
import type { CheckedWeights, Refusal } from "./check.ts";
import type { WeightsSetting } from "./method.ts";
import type { BurnAbsent } from "./resolve.ts";
import type { PlanView } from "./view.ts";

export type Action =
  | { readonly kind: "none" }
  /** The metagraph of the block decides what follows. */
  | { readonly kind: "read" }
  /** Makes and sends an extrinsic of what the plan holds. */
  | { readonly kind: "make"; readonly purpose: SentExtrinsic["purpose"]; readonly method: WeightMethod }
  /** Sends stored bytes, perhaps not for the first time. */
  | { readonly kind: "send"; readonly extrinsic: SentExtrinsic };

export interface Step {
  readonly plan: WeightPlan;
  readonly action: Action;
  /** Why nothing is done, and from which block on it can be tried again, where a height tells. */
  readonly waits: Refusal | null;
  /** The burn's hotkey is not registered, and so nothing is sent. */
  readonly burnAbsent: boolean;
}

/** What decides beside plan and chain. */
export interface Situation {
  readonly nowMs: number;
  readonly setting: WeightsSetting;
  readonly burnAbsent: BurnAbsent;
  /** Null: the subnet's own. */
  readonly versionKey: number | null;
  /** Why nothing may be sent at all; null when it may. */
  readonly held: string | null;
  /** A later plan exists. */
  readonly isSucceeded: boolean;
  /** Blocks per period; 0 where the subnet has no epochs. */
  readonly periodBlocks: number;
  /** The period of an older plan whose extrinsic may still be included. */
  readonly behind: number | null;
  /** The block at which this process sent the plan's last extrinsic; null when it did not, or no watch of it goes on. */
  readonly sentAt: number | null;
  /** How the last broadcast of the plan ended, where that was a failure. */
  readonly failure: string | null;
  /** Why the plan's next extrinsic could not be made at the last try; null when there was none, or it is not known. */
  readonly unmade: string | null;
  /** The block that included the plan's last extrinsic without a fault, as far as its broadcast told. */
  readonly includedAt: number | null;
}

const none: Action = { kind: "none" };

export function stopped(plan: WeightPlan): Step {
  return { plan, action: none, waits: null, burnAbsent: false };
}

function reasonOf({ text, retryAt }: Refusal): string {
  return retryAt === null ? text : `${text}; it can be tried again in block ${retryAt}`;
}

/** Nothing to do at this block; the reason is noted in the plan, with the block that may bring a change. */
export function wait(plan: WeightPlan, refusal: Refusal): Step {
  return { ...stopped({ ...plan, reason: reasonOf(refusal) }), waits: refusal };
}

/** An extrinsic is to be made of what the plan holds. */
export function making(
  plan: WeightPlan,
  what: Omit<Extract<Action, { kind: "make" }>, "kind">,
  { unmade }: Pick<Situation, "unmade">,
): Step {
  const waits = unmade === null ? null : { text: unmade, retryAt: null };
  return {
    plan: { ...plan, reason: unmade ?? plan.reason },
    ...{ action: { kind: "make", ...what }, waits, burnAbsent: false },
  };
}

export const readFirst = (plan: WeightPlan): Step => ({ ...stopped(plan), action: { kind: "read" } });

export function stay(plan: WeightPlan, reason: string | null): Step {
  return reason === null ? stopped(plan) : wait(plan, { text: reason, retryAt: null });
}

/** What the checks look at: the next block is the first that could include a call. */
export function checkedOf(
  plan: Pick<WeightPlan, "mechanism">,
  { limits, block, schedule }: PlanView,
  versionKey: number,
  uids: readonly number[] | null,
): CheckedWeights {
  const nextEpoch = nextEpochBlock(schedule);
  return { limits, mechanism: plan.mechanism, block: block.number + 1, nextEpoch, versionKey, uids };
}

/** The epoch that the next block belongs to; null where the subnet has none. */
export function epochOf({ schedule }: Pick<PlanView, "schedule">): number | null {
  return schedule.tempo > 0 ? commitEpoch(schedule) : null;
}

const PAUSE_MAX = 64;

/** The block from which on another extrinsic may be made after some that failed: 2, 4, 8 and at most 64 blocks after the last. */
export function notBefore(made: readonly SentExtrinsic[], attempts: number): number {
  const last = made.at(-1);
  return last === undefined ? 0 : last.from_block + Math.min(2 ** Math.min(attempts, 10), PAUSE_MAX);
}
