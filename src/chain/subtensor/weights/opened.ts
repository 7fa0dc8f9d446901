import { causeText } from "../../../core/problems/assayError.ts";
import { decodeHotkey } from "../../../core/ss58.ts";
import type { WeightPlan } from "../../../flow/weightPlan.ts";
import { decodePayload } from "../codec/payload.ts";
import { decrypt } from "../timelock/decrypt.ts";
import { checkReveal } from "./check.ts";
import { fromHex } from "./hex.ts";
import { checkedOf } from "./step.ts";
import type { PlanView } from "./view.ts";

/** What the commit holds, opened as the chain opens it; a text where it cannot be. */
function faultOfCommit({ commit, hotkey }: WeightPlan, pulse: string): string | null {
  try {
    const payload = decodePayload(decrypt(fromHex(commit ?? ""), fromHex(pulse)));
    if (payload === null) return "the commit opens, but does not hold weights that the chain can read";
    const isOwn = Buffer.compare(payload.hotkey, decodeHotkey(hotkey) ?? new Uint8Array()) === 0;
    return isOwn ? null : "the commit opens, but names another hotkey";
  } catch (error) {
    return `the commit does not open: ${causeText(error)}`;
  }
}

/**
 * Why the chain, which says nothing of it, did not take the weights of a timelocked commit that is gone. The commit is opened once
 * more here, and the chain's rules are tried at the block that is looked at.
 */
export function whyNotOpened(plan: WeightPlan, view: PlanView): string {
  const { pulse, lastPulseRound } = view;
  if (pulse === null)
    return `round ${plan.round} of the beacon was not on chain while the commit could be opened (the last one there is ${lastPulseRound})`;
  const fault = faultOfCommit(plan, pulse);
  if (fault !== null) return fault;
  const refused = checkReveal(checkedOf(plan, view, plan.version_key, plan.uids));
  if (refused !== null) return `the chain opened the commit and refused its weights: ${refused.text}`;
  return "the chain opened the commit, and other weights are there: nothing that can be read tells why";
}
