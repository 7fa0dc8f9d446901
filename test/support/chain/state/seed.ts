import { type ChainDoubleOptions, chainDefaults, RAO, type SubnetOptions } from "../options.ts";
import { putNeuron } from "./neurons.ts";
import type { State } from "./state.ts";

const pallet = "SubtensorModule";

function seedSubnet(state: State, subnet: SubnetOptions, start: number): void {
  const { netuid, neurons } = subnet;
  const put = (name: string, value: unknown): void => {
    if (value !== undefined) state.put(pallet, name, [netuid], value);
  };
  put("NetworksAdded", true);
  put("SubnetworkN", 0);
  put("SubnetOwnerHotkey", subnet.ownerHotkey);
  put("SubnetOwner", subnet.ownerColdkey ?? subnet.ownerHotkey);
  put("MechanismCountCurrent", subnet.mechanisms);
  put("Tempo", subnet.tempo);
  put("LastEpochBlock", subnet.lastEpochBlock ?? start);
  put("SubnetEpochIndex", subnet.subnetEpochIndex);
  put("BlocksSinceLastStep", subnet.blocksSinceLastStep);
  put("CommitRevealWeightsEnabled", subnet.commitReveal);
  put("RevealPeriodEpochs", subnet.revealPeriodEpochs);
  put("WeightsSetRateLimit", subnet.rateLimit);
  put("WeightsVersionKey", subnet.versionKey);
  put("MinAllowedWeights", subnet.minAllowedWeights ?? 1);
  put("ServingRateLimit", subnet.servingRateLimit);
  put("SubtokenEnabled", true);
  if (subnet.commitRevealVersion !== undefined)
    state.put(pallet, "CommitRevealWeightsVersion", [], subnet.commitRevealVersion);
  if (subnet.stakeThreshold !== undefined)
    state.put(pallet, "StakeThreshold", [], Math.round(subnet.stakeThreshold * RAO));
  for (const [uid, neuron] of neurons.entries()) putNeuron(state, netuid, uid, neuron);
}

/** The state of a first block: the code of the runtime and the subnets. */
export function seed(state: State, options: ChainDoubleOptions): void {
  for (const subnet of options.subnets) seedSubnet(state, subnet, options.start ?? chainDefaults.start);
}
