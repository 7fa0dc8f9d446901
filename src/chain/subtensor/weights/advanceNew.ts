import type { WeightMethod, WeightPlan } from "../../../flow/weightPlan.ts";
import { checkWeights, type Refusal } from "./check.ts";
import { methodOf } from "./method.ts";
import { moved, plannedBlock } from "./plan.ts";
import { type ResolvedWeights, resolveRows } from "./resolve.ts";
import {
  checkedOf,
  epochOf,
  making,
  notBefore,
  readFirst,
  type Situation,
  type Step,
  stay,
  stopped,
  wait,
} from "./step.ts";
import type { PlanView } from "./view.ts";

/** Whether another period has a plan, or is over since this one was planned. */
function isSuperseded(
  plan: WeightPlan,
  { block }: PlanView,
  { isSucceeded, periodBlocks }: Situation,
): boolean {
  return isSucceeded || (periodBlocks > 0 && block.number - plannedBlock(plan) >= periodBlocks);
}

/** Own commits that the chain counts against its bound. */
function openCommits(method: WeightMethod, view: PlanView): number {
  const epoch = epochOf(view) ?? 0;
  return method === "commit"
    ? view.hashCommits.filter((commit) => commit.epoch + view.schedule.revealPeriodEpochs >= epoch).length
    : view.timelocked.filter((commit) => commit.epoch === epoch).length;
}

/** Why no extrinsic is made at this block, whatever the weights are. */
function obstacle(plan: WeightPlan, view: PlanView, { held, behind }: Situation): Refusal | null {
  if (held !== null) return { text: held, retryAt: null };
  if (behind !== null)
    return { text: `an extrinsic for period ${behind} may still be included`, retryAt: null };
  const from = notBefore(
    plan.extrinsics.filter(({ purpose }) => purpose === "weights"),
    plan.attempts,
  );
  return view.block.number >= from
    ? null
    : { text: plan.history.at(-1)?.reason ?? "an extrinsic had no effect", retryAt: from };
}

function made(plan: WeightPlan, method: WeightMethod, versionKey: number, weights: ResolvedWeights) {
  const { uids, hotkeys, values, leftOut, isWithheld } = weights;
  const reason = isWithheld
    ? "the burn's hotkey is not registered: its share goes to the validator's own uid"
    : null;
  return { ...plan, method, uids, hotkeys, values, version_key: versionKey, left_out: leftOut, reason };
}

/** Weights that are to be sent: by the chain's rules, to the uids that their hotkeys hold at this block. */
export function advanceNew(plan: WeightPlan, view: PlanView, situation: Situation): Step {
  const at = { block: view.block.number, at: situation.nowMs };
  if (isSuperseded(plan, view, situation)) {
    const last = plan.reason === null ? "" : `; before that: ${plan.reason}`;
    return stopped(moved(plan, "missed", at, `superseded by the weights of a later period${last}`));
  }
  const refused = obstacle(plan, view, situation);
  if (refused !== null) return wait(plan, refused);
  const choice = methodOf(situation.setting, view.limits, view.schedule);
  if (choice.kind === "refused") return wait(plan, choice.refusal);
  const { method } = choice;
  if (method !== "set" && view.schedule.tempo <= 0)
    return stay(plan, "the subnet's tempo is 0: without epochs a commit is never revealed");
  const versionKey = situation.versionKey ?? view.limits.versionKey;
  const open = openCommits(method, view);
  const refusalOf = (uids: readonly number[] | null): Refusal | null =>
    checkWeights(checkedOf(plan, view, versionKey, uids), method, open);
  const early = refusalOf(null);
  if (early !== null) return wait(plan, early);
  if (view.metagraph === null) return readFirst(plan);
  const options = { ownHotkey: plan.hotkey, absent: situation.burnAbsent };
  const resolved = resolveRows(plan, view.metagraph.neurons, options);
  if (resolved.kind === "nothing")
    return stopped(moved(plan, "missed", at, "no miner of the vector is registered: nothing is sent"));
  if (resolved.kind === "burn_absent") {
    const text = `the burn's hotkey ${resolved.hotkey} is not registered, and its share is nobody else's: nothing is sent`;
    return { ...stay(plan, text), burnAbsent: true };
  }
  const late = refusalOf(resolved.uids);
  if (late !== null) return wait(plan, late);
  return making(made(plan, method, versionKey, resolved), { purpose: "weights", method }, situation);
}
