import { epochState } from "./schedule.ts";
import type { State } from "./state.ts";

const pallet = "SubtensorModule";

type Columns = Readonly<Record<string, unknown>>;

interface Row {
  readonly hotkey: string;
  readonly coldkey: string;
  readonly axon: unknown;
  readonly alpha: unknown;
  readonly registeredAt: unknown;
}

function rowsOf(state: State, netuid: number): Row[] {
  const count = state.number(pallet, "SubnetworkN", netuid);
  return Array.from({ length: count }, (_, uid) => {
    const hotkey = state.account(pallet, "Keys", netuid, uid);
    return {
      hotkey,
      coldkey: state.account(pallet, "Owner", hotkey),
      axon: state.get(pallet, "Axons", netuid, hotkey),
      alpha: state.get(pallet, "TotalHotkeyAlpha", hotkey, netuid),
      registeredAt: state.get(pallet, "BlockAtRegistration", netuid, uid),
    };
  });
}

function columnsOf(state: State, netuid: number): Columns {
  const rows = rowsOf(state, netuid);
  const zeros = rows.map(() => 0);
  const stakes = rows.map(({ alpha }) => alpha);
  return {
    netuid,
    hotkeys: rows.map(({ hotkey }) => hotkey),
    coldkeys: rows.map(({ coldkey }) => coldkey),
    identities: rows.map(() => null),
    axons: rows.map(({ axon }) => axon),
    active: state.flags(pallet, "Active", netuid),
    validator_permit: state.flags(pallet, "ValidatorPermit", netuid),
    last_update: state.numbers(pallet, "LastUpdate", netuid),
    emission: state.numbers(pallet, "Emission", netuid),
    dividends: state.numbers(pallet, "Dividends", netuid),
    incentives: state.numbers(pallet, "Incentive", netuid),
    ...{ pruning_score: zeros, consensus: zeros, trust: zeros, rank: zeros, tao_stake: zeros },
    block_at_registration: rows.map(({ registeredAt }) => registeredAt),
    ...{ alpha_stake: stakes, total_stake: stakes },
  };
}

function settingsOf(state: State, netuid: number): Columns {
  return {
    tempo: state.get(pallet, "Tempo", netuid),
    min_allowed_weights: state.get(pallet, "MinAllowedWeights", netuid),
    max_weights_limit: state.get(pallet, "MaxWeightsLimit", netuid),
    weights_version: state.get(pallet, "WeightsVersionKey", netuid),
    weights_rate_limit: state.get(pallet, "WeightsSetRateLimit", netuid),
    activity_cutoff: state.get(pallet, "ActivityCutoff", netuid),
    serving_rate_limit: state.get(pallet, "ServingRateLimit", netuid),
    commit_reveal_weights_enabled: state.get(pallet, "CommitRevealWeightsEnabled", netuid),
    commit_reveal_period: state.get(pallet, "RevealPeriodEpochs", netuid),
    registration_allowed: state.get(pallet, "NetworkRegistrationAllowed", netuid),
    max_validators: 128,
  };
}

export function isSubnet(state: State, netuid: number): boolean {
  return state.get(pallet, "NetworksAdded", netuid) === true;
}

/** `get_metagraph`: columns by uid, and the subnet's settings. */
export function metagraph(state: State, netuid: number): Columns | null {
  if (!isSubnet(state, netuid)) return null;
  const { last, since } = epochState(state, netuid);
  return {
    ...settingsOf(state, netuid),
    ...columnsOf(state, netuid),
    name: [...Buffer.from("double")],
    symbol: [...Buffer.from("d")],
    owner_hotkey: state.account(pallet, "SubnetOwnerHotkey", netuid),
    owner_coldkey: state.account(pallet, "SubnetOwner", netuid),
    block: state.get("System", "Number"),
    ...{ last_step: last, blocks_since_last_step: since },
    num_uids: state.get(pallet, "SubnetworkN", netuid),
    max_uids: state.get(pallet, "MaxAllowedUids", netuid),
  };
}

export function hyperparameters(state: State, netuid: number): Columns | null {
  return isSubnet(state, netuid) ? settingsOf(state, netuid) : null;
}

export function subnetState(state: State, netuid: number): Columns | null {
  return isSubnet(state, netuid) ? columnsOf(state, netuid) : null;
}

/** `get_neurons_lite`: one row per uid. */
export function neuronsLite(state: State, netuid: number): Columns[] {
  if (!isSubnet(state, netuid)) return [];
  const [permits, updates] = [
    state.flags(pallet, "ValidatorPermit", netuid),
    state.numbers(pallet, "LastUpdate", netuid),
  ];
  const [incentives, dividends] = [
    state.numbers(pallet, "Incentive", netuid),
    state.numbers(pallet, "Dividends", netuid),
  ];
  return rowsOf(state, netuid).map(({ hotkey, coldkey, axon, alpha }, uid) => ({
    ...{ hotkey, coldkey, uid, netuid, active: true, axon_info: axon, stake: [[coldkey, alpha]] },
    ...{ last_update: updates[uid], validator_permit: permits[uid] },
    ...{ incentive: incentives[uid], dividends: dividends[uid] },
  }));
}
