import { type CallArguments, type Dispatch, ensure } from "../dispatch.ts";
import type { State } from "../state.ts";
import {
  ensuredUid,
  ensureMechanism,
  hasStake,
  isCommitReveal,
  isOwnerHotkey,
  isWithinRate,
  putLastUpdate,
  storageIndex,
} from "./subnet.ts";

const pallet = "SubtensorModule";

export interface WeightVector {
  readonly netuid: number;
  readonly mechanism: number;
  readonly uids: readonly number[];
  readonly values: readonly number[];
  readonly versionKey: bigint;
}

/** The greatest value becomes 65535, the others in proportion. */
export function upscaled(values: readonly number[]): number[] {
  const greatest = Math.max(0, ...values);
  if (greatest === 0) return values.map(() => 0);
  return values.map((value) => Math.round((value * 65535) / greatest));
}

function isVersionKeyGood(state: State, netuid: number, key: bigint): boolean {
  const wanted = state.get(pallet, "WeightsVersionKey", netuid) as bigint;
  return wanted === 0n || key >= wanted;
}

function ensureUids(state: State, vector: WeightVector, uid: number, hotkey: string): void {
  const { netuid, uids } = vector;
  const count = state.number(pallet, "SubnetworkN", netuid);
  const isSelf = uids.length === 1 && uids[0] === uid;
  const permits = state.flags(pallet, "ValidatorPermit", netuid);
  ensure(isSelf || isOwnerHotkey(state, netuid, hotkey) || permits[uid] === true, "NeuronNoValidatorPermit");
  ensure(new Set(uids).size === uids.length, "DuplicateUids");
  ensure(
    uids.every((other) => other < count),
    "UidVecContainInvalidOne",
  );
  const least = Math.min(count, state.number(pallet, "MinAllowedWeights", netuid));
  ensure(isSelf || uids.length >= least, "WeightVecLengthIsLow");
}

/** Stores a vector of weights if every rule holds, in the order of the chain's checks. */
export function applyWeights(dispatch: Dispatch, vector: WeightVector): void {
  const { state, signer, block } = dispatch;
  const { netuid, mechanism, uids, values } = vector;
  const index = storageIndex(netuid, mechanism);
  ensure(netuid !== 0, "CanNotSetRootNetworkWeights");
  ensure(uids.length === values.length, "WeightVecNotEqualSize");
  ensureMechanism(state, netuid, mechanism);
  ensure(uids.length <= state.number(pallet, "SubnetworkN", netuid), "UidsLengthExceedUidsInSubNet");
  const uid = ensuredUid(state, netuid, signer);
  ensure(hasStake(state, netuid, signer), "NotEnoughStakeToSetWeights");
  ensure(isVersionKeyGood(state, netuid, vector.versionKey), "IncorrectWeightVersionKey");
  const isPlain = !isCommitReveal(state, netuid);
  if (isPlain) ensure(isWithinRate(state, netuid, index, uid, block), "SettingWeightsTooFast");
  ensureUids(state, vector, uid, signer);
  const scaled = upscaled(values);
  state.put(
    pallet,
    "Weights",
    [index, uid],
    uids.map((other, at) => [other, scaled[at] ?? 0]),
  );
  if (isPlain) putLastUpdate(state, index, uid, block);
  dispatch.emit({ pallet, name: "WeightsSet", value: [index, uid] });
}

/** `set_weights` and `set_mechanism_weights`. */
export function setWeights(dispatch: Dispatch, args: CallArguments): void {
  const netuid = args.number("netuid");
  ensure(!isCommitReveal(dispatch.state, netuid), "CommitRevealEnabled");
  applyWeights(dispatch, {
    netuid,
    mechanism: args.number("mecid"),
    uids: args.numbers("dests"),
    values: args.numbers("weights"),
    versionKey: args.big("version_key"),
  });
}
