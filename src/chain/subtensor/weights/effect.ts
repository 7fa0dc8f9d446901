import type { SentExtrinsic, WeightPlan } from "../../../flow/weightPlan.ts";
import type { ChainView, FoundCommit, PlanView } from "./view.ts";

/** Whether no later block can include an extrinsic: its blocks are over, or its nonce is used up. */
export function isDead(
  { until_block, nonce }: SentExtrinsic,
  view: Pick<ChainView, "block" | "nonce">,
): boolean {
  return view.block.number > until_block || view.nonce > nonce;
}

/** Whether weights or a commit of a block can be the plan's: an extrinsic of it was valid there, and its nonce is used by now. */
export function isOurs(plan: WeightPlan, block: number, nonceNow: number): boolean {
  return plan.extrinsics.some(
    ({ purpose, from_block, until_block, nonce }) =>
      purpose === "weights" && from_block < block && block <= until_block && nonce < nonceNow,
  );
}

/** The chain divides in fixed point, so that a stored value may differ from ours by 1. */
const ROUNDING = 1;

/** Whether the chain's weights of the validator are the plan's. */
export function hasWeights({ uids, values }: WeightPlan, weights: ChainView["weights"]): boolean {
  const stored = new Map(weights.filter(({ u16 }) => u16 > 0).map(({ uid, u16 }) => [uid, u16]));
  return (
    uids.length > 0 &&
    stored.size === uids.length &&
    uids.every((uid, i) => Math.abs((stored.get(uid) ?? Number.NaN) - (values[i] ?? 0)) <= ROUNDING)
  );
}

/** The plan's commit as the chain holds it; null when it does not. */
export function commitOf(plan: WeightPlan, view: PlanView): { block: number; epoch: number } | null {
  if (plan.commit === null) return null;
  if (plan.method === "commit") return view.hashCommits.find(({ hash }) => hash === plan.commit) ?? null;
  const found = view.timelocked.find(
    ({ commit }: FoundCommit) => commit.commit === plan.commit && commit.round === plan.round,
  );
  return found === undefined ? null : { block: found.commit.block, epoch: found.epoch };
}

/** What a finalised block shows of weights or a commit that was sent. */
export type Effect =
  | { readonly kind: "none" }
  | { readonly kind: "weights" }
  | { readonly kind: "commit"; readonly block: number; readonly epoch: number }
  /** It was included, but what it left on chain is gone: only a process that stood still can miss that. */
  | { readonly kind: "gone" };

export function effectOf(plan: WeightPlan, view: PlanView): Effect {
  const commit = commitOf(plan, view);
  if (commit !== null) return { kind: "commit", block: commit.block, epoch: commit.epoch };
  const { lastUpdate } = view.limits;
  if (!isOurs(plan, lastUpdate, view.nonce)) return { kind: "none" };
  if (hasWeights(plan, view.weights)) return { kind: "weights" };
  // A commit stays until an epoch ends; before that, the move was another's.
  const canBeGone = plan.method !== "set" && view.schedule.lastEpochBlock > lastUpdate;
  return canBeGone ? { kind: "gone" } : { kind: "none" };
}
