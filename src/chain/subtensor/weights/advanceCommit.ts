import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { nextEpochBlock } from "../timelock/schedule.ts";
import { advanceNew } from "./advanceNew.ts";
import { checkReveal } from "./check.ts";
import { commitOf, hasWeights, isDead } from "./effect.ts";
import { whyNotOpened } from "./opened.ts";
import { lastOf, moved } from "./plan.ts";
import { resend } from "./resend.ts";
import { changedText } from "./resolve.ts";
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

/** The commit is not on chain any more: what became of it shows in the weights. */
function advanceGone(plan: WeightPlan, view: PlanView, situation: Situation): Step {
  const at = { block: view.block.number, at: situation.nowMs };
  if (hasWeights(plan, view.weights)) {
    const revealed = plan.state === "revealed" ? plan : moved(plan, "revealed", at);
    return stopped({ ...moved(revealed, "confirmed", at), confirmed_block: at.block });
  }
  const missed = (why: string): Step => stopped(moved(plan, "missed", at, why));
  if (plan.method === "timelocked") return missed(whyNotOpened(plan, view));
  const reveal = lastOf(plan, "reveal");
  return missed(
    reveal !== null && view.nonce > reveal.nonce
      ? "the commit is gone from the chain, and other weights than its own are there"
      : "the commit is gone from the chain, and this validator did not reveal it",
  );
}

/** The epoch of the reveal has begun. */
function advanceReveal(plan: WeightPlan, view: PlanView, situation: Situation): Step {
  const at = { block: view.block.number, at: situation.nowMs };
  if (situation.held !== null) return stay(plan, situation.held);
  if (!view.limits.commitReveal)
    return stay(plan, "commit-reveal was switched off in this subnet since the commit: no reveal is taken");
  if (view.metagraph === null) return readFirst(plan);
  const changed = changedText(plan, view.metagraph);
  if (changed !== null) {
    const why = `${changed}; the hash binds its weights, so that they are not revealed`;
    return stopped(moved(plan, "missed", at, why));
  }
  const refused = checkReveal(checkedOf(plan, view, plan.version_key, plan.uids));
  if (refused !== null) return wait(plan, refused);
  const made = plan.extrinsics.filter(({ purpose }) => purpose === "reveal");
  const from = notBefore(made, made.length);
  if (view.block.number < from)
    return wait(plan, {
      text: `a reveal had no effect: ${situation.failure ?? "not included"}`,
      retryAt: from,
    });
  return making({ ...plan, reason: null }, { purpose: "reveal", method: "commit" }, situation);
}

/** A hash commit is on chain: it is opened in exactly one epoch. */
function advanceHash(plan: WeightPlan, epoch: number, view: PlanView, situation: Situation): Step {
  const now = epochOf(view);
  const target = epoch + view.schedule.revealPeriodEpochs;
  if (now === null) return stay(plan, "the subnet's tempo is 0: there is no epoch to reveal in");
  if (now < target)
    return wait(plan, {
      text: `the reveal is due in epoch ${target}`,
      retryAt: target === now + 1 ? nextEpochBlock(view.schedule) : null,
    });
  if (now > target) {
    const last = plan.reason === null ? "" : `; before that: ${plan.reason}`;
    const at = { block: view.block.number, at: situation.nowMs };
    return stopped(moved(plan, "missed", at, `it was not revealed in epoch ${target} and is expired${last}`));
  }
  const reveal = lastOf(plan, "reveal");
  return reveal !== null && !isDead(reveal, view)
    ? resend(plan, reveal, view, situation)
    : advanceReveal(plan, view, situation);
}

function advanceTimelocked(plan: WeightPlan, epoch: number, view: PlanView): Step {
  const target = epoch + view.schedule.revealPeriodEpochs;
  const text = `the chain opens it in epoch ${target}, with round ${plan.round}`;
  return wait(plan, { text, retryAt: null });
}

/**
 * Uids have another hotkey since the commit. While its epoch lasts another commit can take its place: of two timelocked ones the chain
 * keeps the weights of the last, and a hash is not revealed. Null when there is nothing to replace.
 */
function replaced(plan: WeightPlan, epoch: number, view: PlanView, situation: Situation): Step | null {
  if (epochOf(view) !== epoch) return null;
  if (view.metagraph === null) return readFirst(plan);
  const changed = changedText(plan, view.metagraph);
  if (changed === null) return null;
  const { plan: next, action, waits } = advanceNew(plan, view, situation);
  if (action.kind !== "make" || action.method !== plan.method) {
    const why = waits?.text ?? next.reason ?? "the weights cannot be sent";
    return wait(plan, {
      text: `${changed}; no other commit takes its place: ${why}`,
      retryAt: waits?.retryAt ?? null,
    });
  }
  const at = { block: view.block.number, at: situation.nowMs };
  const why = `${changed}; another commit takes its place`;
  return { plan: moved(next, "planned", at, why), action, waits: null, burnAbsent: false };
}

/** A commit was seen on chain. */
export function advanceCommit(plan: WeightPlan, view: PlanView, situation: Situation): Step {
  const commit = commitOf(plan, view);
  if (commit === null) return advanceGone(plan, view, situation);
  const other = replaced(plan, commit.epoch, view, situation);
  if (other !== null) return other;
  return plan.method === "commit"
    ? advanceHash(plan, commit.epoch, view, situation)
    : advanceTimelocked(plan, commit.epoch, view);
}
