import type { Call } from "../runtime/extrinsic.ts";
import { developmentRules } from "./development.ts";
import { CallArguments, type Dispatch, PalletError } from "./dispatch.ts";
import { serveAxon } from "./serveAxon.ts";
import { commitWeights, revealWeights } from "./weights/hashCommits.ts";
import { setWeights } from "./weights/setWeights.ts";
import { commitTimelocked } from "./weights/timelockedCommits.ts";

type Rule = (dispatch: Dispatch, args: CallArguments) => void;

const rules: Readonly<Record<string, Rule>> = {
  "System.remark": () => undefined,
  "SubtensorModule.set_weights": setWeights,
  "SubtensorModule.set_mechanism_weights": setWeights,
  "SubtensorModule.commit_weights": commitWeights,
  "SubtensorModule.commit_mechanism_weights": commitWeights,
  "SubtensorModule.reveal_weights": revealWeights,
  "SubtensorModule.reveal_mechanism_weights": revealWeights,
  "SubtensorModule.commit_timelocked_weights": commitTimelocked,
  "SubtensorModule.commit_timelocked_mechanism_weights": commitTimelocked,
  "SubtensorModule.serve_axon": serveAxon,
  "Sudo.sudo": (dispatch, args) => dispatchCall(dispatch, args.call("call")),
  ...developmentRules,
};

/** Runs a call by the rules of its pallet. Throws a `PalletError` where it fails. */
export function dispatchCall(dispatch: Dispatch, call: Call): void {
  const rule = rules[`${call.pallet}.${call.name}`];
  if (rule === undefined) throw new PalletError("CallFiltered", "System");
  rule(dispatch, new CallArguments(call.args));
}
