import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { advanceCommit } from "./advanceCommit.ts";
import { advanceNew } from "./advanceNew.ts";
import { effectOf, isDead } from "./effect.ts";
import { lastOf, moved } from "./plan.ts";
import { resend } from "./resend.ts";
import { type Situation, type Step, stay, stopped } from "./step.ts";
import type { PlanView } from "./view.ts";

/** Weights or a commit were sent: what the chain shows decides, and only when it can never include them is another extrinsic made. */
function advanceSent(plan: WeightPlan, view: PlanView, situation: Situation): Step {
  const at = { block: view.block.number, at: situation.nowMs };
  const effect = effectOf(plan, view);
  const { lastUpdate } = view.limits;
  if (effect.kind === "weights")
    return stopped({ ...moved(plan, "confirmed", at), commit_block: lastUpdate, confirmed_block: at.block });
  if (effect.kind === "commit") {
    const { block, epoch } = effect;
    return stay({ ...moved(plan, "committed", at), commit_block: block, commit_epoch: epoch }, null);
  }
  if (effect.kind === "gone") {
    const why = `its commit was included in block ${lastUpdate}, and opened or dropped before it was looked at: the validator stood still for too long`;
    return stopped({ ...moved(plan, "missed", at, why), commit_block: lastUpdate });
  }
  if (plan.method === "set" && situation.includedAt === lastUpdate) {
    const why = `block ${lastUpdate} included the weights, and the chain shows others: it has cut or changed them`;
    return stopped({ ...moved(plan, "missed", at, why), commit_block: lastUpdate });
  }
  const extrinsic = lastOf(plan, "weights");
  if (extrinsic !== null && !isDead(extrinsic, view)) return resend(plan, extrinsic, view, situation);
  const why = situation.failure ?? "the chain did not include it in time";
  return stay(moved(plan, "planned", at, `extrinsic ${plan.attempts} had no effect: ${why}`), null);
}

/**
 * What one finalised block means for a plan, and what is to be done about it:
 *
 *     planned -> submitted -> confirmed                          (set)
 *     planned -> submitted -> committed -> revealed -> confirmed (commit, timelocked)
 *
 * `submitted` goes back to `planned` when its extrinsic can never be included and had no effect, `committed` does when a uid has another
 * hotkey and there is time for another commit, and every state but the last two can end as `missed`. An extrinsic is made only here, from
 * `planned` (weights, a commit) or from `committed` in the epoch of the reveal, and only while no former one can still be included. Nothing but the finalised block decides; how a broadcast ended is a text for people.
 */
export function advance(plan: WeightPlan, view: PlanView, situation: Situation): Step {
  switch (plan.state) {
    case "planned":
      return advanceNew(plan, view, situation);
    case "submitted":
      return advanceSent(plan, view, situation);
    case "committed":
    case "revealed":
      return advanceCommit(plan, view, situation);
    case "confirmed":
    case "missed":
      return stopped(plan);
  }
}
