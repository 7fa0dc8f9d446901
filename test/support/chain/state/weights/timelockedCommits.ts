import { Blake2256 } from "@polkadot-api/substrate-bindings";
import { toHex } from "polkadot-api/utils";
import { chainDefaults } from "../../options.ts";
import { type CallArguments, type Dispatch, ensure } from "../dispatch.ts";
import type { State } from "../state.ts";
import { currentEpoch } from "./hashCommits.ts";
import {
  ensuredUid,
  ensureMechanism,
  isCommitReveal,
  isWithinRate,
  putLastUpdate,
  storageIndex,
} from "./subnet.ts";

const pallet = "SubtensorModule";

/** An entry of `TimelockedWeightCommits`. */
export type TimelockedEntry = readonly [account: string, block: bigint, commit: Uint8Array, round: bigint];

export function timelockedEntries(state: State, index: number, epoch: number): readonly TimelockedEntry[] {
  return state.get(pallet, "TimelockedWeightCommits", index, epoch) as TimelockedEntry[];
}

/** `commit_timelocked_weights` and `commit_timelocked_mechanism_weights`. */
export function commitTimelocked(dispatch: Dispatch, args: CallArguments): void {
  const { state, block, signer } = dispatch;
  const [netuid, mechanism] = [args.number("netuid"), args.number("mecid")];
  const index = storageIndex(netuid, mechanism);
  ensureMechanism(state, netuid, mechanism);
  ensure(isCommitReveal(state, netuid), "CommitRevealDisabled");
  const version = state.number(pallet, "CommitRevealWeightsVersion");
  ensure(args.number("commit_reveal_version") === version, "IncorrectCommitRevealVersion");
  const uid = ensuredUid(state, netuid, signer);
  ensure(isWithinRate(state, netuid, index, uid, block), "CommittingWeightsTooFast");
  const epoch = currentEpoch(state, netuid, block);
  const entries = timelockedEntries(state, index, epoch);
  const own = entries.filter(([account]) => account === signer);
  ensure(own.length < chainDefaults.maxOpenCommits, "TooManyUnrevealedCommits");
  const [commit, round] = [args.bytes("commit"), args.big("reveal_round")];
  state.put(pallet, "TimelockedWeightCommits", [index, epoch], [...entries, [signer, block, commit, round]]);
  putLastUpdate(state, index, uid, block);
  const hash = toHex(Blake2256(commit));
  dispatch.emit({ pallet, name: "TimelockedWeightsCommitted", value: [signer, index, hash, round] });
}
