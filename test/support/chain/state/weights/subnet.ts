import { ensure } from "../dispatch.ts";
import type { State } from "../state.ts";

const pallet = "SubtensorModule";

/** Mechanisms of a subnet are stored at this distance. */
const MECHANISM_STEP = 4096;

export function storageIndex(netuid: number, mechanism: number): number {
  return netuid + mechanism * MECHANISM_STEP;
}

export function ensureMechanism(state: State, netuid: number, mechanism: number): void {
  ensure(state.get(pallet, "NetworksAdded", netuid) === true, "SubnetNotExists");
  ensure(mechanism < state.number(pallet, "MechanismCountCurrent", netuid), "MechanismDoesNotExist");
}

export function uidOf(state: State, netuid: number, hotkey: string): number | null {
  const uid = state.get(pallet, "Uids", netuid, hotkey);
  return typeof uid === "number" ? uid : null;
}

/** The uid of a hotkey that has to be registered. */
export function ensuredUid(state: State, netuid: number, hotkey: string): number {
  const uid = uidOf(state, netuid, hotkey);
  ensure(uid !== null, "HotKeyNotRegisteredInSubNet");
  return uid ?? 0;
}

export function isOwnerHotkey(state: State, netuid: number, hotkey: string): boolean {
  return state.account(pallet, "SubnetOwnerHotkey", netuid) === hotkey;
}

export function hasStake(state: State, netuid: number, hotkey: string): boolean {
  const stake = state.get(pallet, "TotalHotkeyAlpha", hotkey, netuid) as bigint;
  const threshold = state.get(pallet, "StakeThreshold") as bigint;
  return stake >= threshold || isOwnerHotkey(state, netuid, hotkey);
}

export function isCommitReveal(state: State, netuid: number): boolean {
  return state.get(pallet, "CommitRevealWeightsEnabled", netuid) === true;
}

/** Whether enough blocks went by since the last weights or commit of a uid. */
export function isWithinRate(
  state: State,
  netuid: number,
  index: number,
  uid: number,
  block: number,
): boolean {
  const last = state.numbers(pallet, "LastUpdate", index)[uid] ?? 0;
  return last === 0 || block - last >= state.number(pallet, "WeightsSetRateLimit", netuid);
}

export function putLastUpdate(state: State, index: number, uid: number, block: number): void {
  const list = state.numbers(pallet, "LastUpdate", index);
  while (list.length <= uid) list.push(0);
  list[uid] = block;
  state.put(pallet, "LastUpdate", [index], list);
}
