import { type NeuronOptions, RAO } from "../options.ts";
import { ipNumber } from "./address.ts";
import type { State } from "./state.ts";

const pallet = "SubtensorModule";

function putAt(state: State, name: string, netuid: number, uid: number, value: unknown): void {
  const list = state.get(pallet, name, netuid);
  const items: unknown[] = Array.isArray(list) ? [...list] : [];
  while (items.length < uid) items.push(0);
  items[uid] = value;
  state.put(pallet, name, [netuid], items);
}

/** Forgets the hotkey of a uid, with all that is stored by it. */
export function removeNeuron(state: State, netuid: number, uid: number): void {
  const hotkey = state.account(pallet, "Keys", netuid, uid);
  state.remove(pallet, "Uids", netuid, hotkey);
  state.remove(pallet, "Axons", netuid, hotkey);
  state.remove(pallet, "TotalHotkeyAlpha", hotkey, netuid);
  state.remove(pallet, "WeightCommits", netuid, hotkey);
  state.remove(pallet, "Weights", netuid, uid);
}

/** Registers a hotkey at a uid; whoever held it loses it. */
export function putNeuron(state: State, netuid: number, uid: number, neuron: NeuronOptions): void {
  const count = state.number(pallet, "SubnetworkN", netuid);
  if (uid < count) removeNeuron(state, netuid, uid);
  else state.put(pallet, "SubnetworkN", [netuid], uid + 1);
  const { hotkey } = neuron;
  state.put(pallet, "Keys", [netuid, uid], hotkey);
  state.put(pallet, "Uids", [netuid, hotkey], uid);
  state.put(pallet, "Owner", [hotkey], neuron.coldkey ?? hotkey);
  state.put(pallet, "TotalHotkeyAlpha", [hotkey, netuid], Math.round((neuron.stake ?? 0) * RAO));
  state.put(pallet, "BlockAtRegistration", [netuid, uid], neuron.registeredAt ?? 0);
  putAt(state, "ValidatorPermit", netuid, uid, neuron.permit === true);
  putAt(state, "LastUpdate", netuid, uid, neuron.lastUpdate ?? 0);
  putAt(state, "Active", netuid, uid, true);
  putAt(state, "Incentive", netuid, uid, neuron.incentive ?? 0);
  putAt(state, "Dividends", netuid, uid, neuron.dividends ?? 0);
  putAt(state, "Emission", netuid, uid, 0);
  if (neuron.axon !== undefined)
    state.put(pallet, "Axons", [netuid, hotkey], {
      ...ipNumber(neuron.axon.ip),
      port: neuron.axon.port,
      protocol: 4,
    });
}

/** Keeps only the first uids. */
export function shrinkSubnet(state: State, netuid: number, count: number): void {
  for (let uid = count; uid < state.number(pallet, "SubnetworkN", netuid); uid++) {
    removeNeuron(state, netuid, uid);
    state.remove(pallet, "Keys", netuid, uid);
  }
  state.put(pallet, "SubnetworkN", [netuid], count);
  for (const name of ["ValidatorPermit", "LastUpdate", "Active", "Incentive", "Dividends", "Emission"]) {
    const list = state.get(pallet, name, netuid);
    state.put(pallet, name, [netuid], Array.isArray(list) ? list.slice(0, count) : []);
  }
}
