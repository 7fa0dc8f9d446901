import { AccountId, Blake2256, Struct, u16, u64, Vector } from "@polkadot-api/substrate-bindings";
import { toHex } from "polkadot-api/utils";
import { chainDefaults } from "../../options.ts";
import { type CallArguments, type Dispatch, ensure } from "../dispatch.ts";
import { epochAt, epochState } from "../schedule.ts";
import type { State } from "../state.ts";
import { applyWeights } from "./setWeights.ts";
import {
  ensuredUid,
  ensureMechanism,
  isCommitReveal,
  isWithinRate,
  putLastUpdate,
  storageIndex,
} from "./subnet.ts";

const pallet = "SubtensorModule";

/** An entry of `WeightCommits`: hash, epoch and block of the commit, and a number that is not used. */
type Commit = readonly [hash: string, epoch: bigint, block: bigint, unused: bigint];

const hashed = Struct({
  account: AccountId(42),
  index: u16,
  ...{ uids: Vector(u16), values: Vector(u16), salt: Vector(u16), key: u64 },
});

/** The hash that the arguments of a reveal answer. */
export function commitHash(signer: string, args: CallArguments): string {
  const bytes = hashed.enc({
    account: signer,
    index: storageIndex(args.number("netuid"), args.number("mecid")),
    uids: args.numbers("uids"),
    values: args.numbers("values"),
    salt: args.numbers("salt"),
    key: args.big("version_key"),
  });
  return toHex(Blake2256(bytes));
}

/** The commits of a hotkey; null where it has none. */
export function commitsOf(state: State, index: number, hotkey: string): readonly Commit[] | null {
  const list = state.get(pallet, "WeightCommits", index, hotkey);
  return Array.isArray(list) ? (list as Commit[]) : null;
}

export function currentEpoch(state: State, netuid: number, block: number): number {
  return epochAt(epochState(state, netuid), block);
}

/** The one epoch in which a commit can be revealed. */
export function revealEpoch(state: State, netuid: number, [, epoch]: Commit): number {
  return Number(epoch) + state.number(pallet, "RevealPeriodEpochs", netuid);
}

/** Commits after the leading ones whose time is over. */
function open(commits: readonly Commit[], isOver: (commit: Commit) => boolean): readonly Commit[] {
  const first = commits.findIndex((commit) => !isOver(commit));
  return first < 0 ? [] : commits.slice(first);
}

/** `commit_weights` and `commit_mechanism_weights`. */
export function commitWeights(dispatch: Dispatch, args: CallArguments): void {
  const { state, block, signer } = dispatch;
  const [netuid, mechanism] = [args.number("netuid"), args.number("mecid")];
  const index = storageIndex(netuid, mechanism);
  ensureMechanism(state, netuid, mechanism);
  ensure(isCommitReveal(state, netuid), "CommitRevealDisabled");
  const uid = ensuredUid(state, netuid, signer);
  ensure(isWithinRate(state, netuid, index, uid, block), "CommittingWeightsTooFast");
  const epoch = currentEpoch(state, netuid, block);
  const kept = open(
    commitsOf(state, index, signer) ?? [],
    (commit) => epoch > revealEpoch(state, netuid, commit),
  );
  ensure(kept.length < chainDefaults.maxOpenCommits, "TooManyUnrevealedCommits");
  const hash = args.text("commit_hash");
  state.put(pallet, "WeightCommits", [index, signer], [...kept, [hash, epoch, block, 0]]);
  putLastUpdate(state, index, uid, block);
  dispatch.emit({ pallet, name: "WeightsCommitted", value: [signer, index, hash] });
}

/** `reveal_weights` and `reveal_mechanism_weights`. */
export function revealWeights(dispatch: Dispatch, args: CallArguments): void {
  const { state, block, signer } = dispatch;
  const [netuid, mechanism] = [args.number("netuid"), args.number("mecid")];
  const index = storageIndex(netuid, mechanism);
  ensure(state.get(pallet, "NetworksAdded", netuid) === true, "SubnetNotExists");
  ensure(isCommitReveal(state, netuid), "CommitRevealDisabled");
  const all = commitsOf(state, index, signer);
  ensure(all !== null, "NoWeightsCommitFound");
  const epoch = currentEpoch(state, netuid, block);
  const kept = open(all ?? [], (commit) => epoch > revealEpoch(state, netuid, commit));
  const hash = commitHash(signer, args);
  const wasThere = (all ?? []).some(([other]) => other === hash);
  const at = kept.findIndex(([other]) => other === hash);
  ensure(at >= 0 || !wasThere, "ExpiredWeightCommit");
  ensure(kept.length > 0, "NoWeightsCommitFound");
  const found = kept[at];
  ensure(found !== undefined, "InvalidRevealCommitHashNotMatch");
  ensure(found !== undefined && epoch === revealEpoch(state, netuid, found), "RevealTooEarly");
  const left = kept.slice(at + 1);
  if (left.length === 0) state.remove(pallet, "WeightCommits", index, signer);
  else state.put(pallet, "WeightCommits", [index, signer], left);
  applyWeights(dispatch, {
    ...{ netuid, mechanism, uids: args.numbers("uids"), values: args.numbers("values") },
    versionKey: args.big("version_key"),
  });
  dispatch.emit({ pallet, name: "WeightsRevealed", value: [signer, index, hash] });
}
