import type { WeightPlan } from "../../../flow/weightPlan.ts";
import type { ChainView } from "./view.ts";

/** The last move of `LastUpdate` that is known to be ours, or that was there at first. */
export interface SeenUpdate {
  readonly hotkey: string;
  /** Of the subnet and the mechanism, as the plans name them. */
  readonly netuid: number;
  readonly mechanism: number;
  readonly uid: number | null;
  readonly block: number;
}

export type UpdateVerdict =
  | { readonly kind: "same" }
  /** Ours, or there before this validator: from now on this is the last known one. */
  | { readonly kind: "known"; readonly seen: SeenUpdate }
  | { readonly kind: "foreign"; readonly block: number };

/**
 * Whose the last accepted weights or commit of the validator's uid are. A move that no plan explains was made by somebody else with
 * this hotkey: two validators on one hotkey overwrite each other's weights.
 */
export function judgeUpdate(
  before: SeenUpdate | null,
  place: Pick<SeenUpdate, "hotkey" | "netuid" | "mechanism">,
  { limits }: Pick<ChainView, "limits">,
  plans: readonly WeightPlan[],
): UpdateVerdict {
  const { uid, lastUpdate: block } = limits;
  const seen = { ...place, uid, block };
  const isSamePlace =
    before !== null &&
    before.hotkey === place.hotkey &&
    before.netuid === place.netuid &&
    before.mechanism === place.mechanism;
  // A registration moves it too.
  if (!isSamePlace || before.uid !== uid || uid === null) {
    const isSame = isSamePlace && before.uid === uid && before.block === block;
    return isSame ? { kind: "same" } : { kind: "known", seen };
  }
  if (block === before.block) return { kind: "same" };
  const isOurs = block < before.block || plans.some(({ commit_block }) => commit_block === block);
  return isOurs ? { kind: "known", seen } : { kind: "foreign", block };
}
