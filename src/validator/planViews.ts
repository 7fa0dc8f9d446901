import type { WeightPlan } from "../flow/weightPlan.ts";
import type { WeightPlanSummary, WeightPlanView } from "../http/handlers.ts";

/** A plan as it is served: extrinsics without their bytes, and no salt, which opens a commit. */
export function planView(plan: WeightPlan): WeightPlanView {
  const { period, netuid, mechanism, hotkey, state, reason, method, attempts, burn_hotkey } = plan;
  const { version_key, rows, uids, hotkeys, values, left_out, round, history, extrinsics } = plan;
  const { commit_block, commit_epoch, confirmed_block } = plan;
  return {
    ...{ period, netuid, mechanism, hotkey, state, reason, method, attempts, burn_hotkey, version_key },
    rows,
    sent: uids.map((uid, i) => ({ uid, hotkey: hotkeys[i] ?? "", u16: values[i] ?? 0 })),
    ...{ left_out, round, commit_block, commit_epoch, confirmed_block },
    steps: history,
    extrinsics: extrinsics.map(({ purpose, hash, nonce, from_block, until_block }) => ({
      ...{ purpose, hash, nonce, from_block, until_block },
    })),
  };
}

/** One line of a timeline. */
export function planSummary(plan: WeightPlan): WeightPlanSummary {
  const { period, state, method, reason, attempts, history, extrinsics } = plan;
  return {
    ...{ period, state, method, reason, attempts },
    planned_at: history[0]?.at ?? 0,
    changed_at: history.at(-1)?.at ?? 0,
    blocks: Object.fromEntries(history.map((step) => [step.state, step.block])),
    extrinsic: extrinsics.at(-1)?.hash ?? null,
  };
}
