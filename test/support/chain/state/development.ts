import { RAO } from "../options.ts";
import { type CallArguments, type Dispatch, ensure } from "./dispatch.ts";
import { putNeuron } from "./neurons.ts";
import { uidOf } from "./weights/subnet.ts";

// What a development chain is told before weights can be tried on it; the runtime's own metadata of a double has none of these calls.

const pallet = "SubtensorModule";
/** A new subnet cannot be started before. */
const START_BLOCKS = 3;

type Rule = (dispatch: Dispatch, args: CallArguments) => void;

const stores =
  (entry: string, argument: string): Rule =>
  ({ state }, args) =>
    state.put(pallet, entry, [args.number("netuid")], args.raw(argument));

const nothing: Rule = () => undefined;

/** `register_network`: the subnet, with its owner at uid 0. */
function registerNetwork({ state, block, signer }: Dispatch, args: CallArguments): void {
  const netuid =
    1 + Math.max(0, ...state.entries(pallet, "NetworksAdded").map(({ keys }) => Number(keys[0])));
  const hotkey = args.text("hotkey");
  const first = { NetworksAdded: true, SubnetworkN: 0, SubnetOwnerHotkey: hotkey, SubnetOwner: signer };
  for (const [name, value] of Object.entries({ ...first, LastEpochBlock: block }))
    state.put(pallet, name, [netuid], value);
  putNeuron(state, netuid, 0, { hotkey, registeredAt: block });
}

function startCall({ state, block }: Dispatch, args: CallArguments): void {
  const since = state.number(pallet, "BlockAtRegistration", args.number("netuid"), 0);
  ensure(block >= since + START_BLOCKS, "NeedWaitingMoreBlocksToStarCall");
}

function burnedRegister({ state, block, signer }: Dispatch, args: CallArguments): void {
  const [netuid, hotkey] = [args.number("netuid"), args.text("hotkey")];
  ensure(state.get(pallet, "NetworksAdded", netuid) === true, "SubnetNotExists");
  const uid = state.number(pallet, "SubnetworkN", netuid);
  putNeuron(state, netuid, uid, { hotkey, coldkey: signer, registeredAt: block });
}

/** Who has stake has a permit, without waiting for an epoch. */
function addStake({ state }: Dispatch, args: CallArguments): void {
  const [netuid, hotkey] = [args.number("netuid"), args.text("hotkey")];
  const uid = uidOf(state, netuid, hotkey);
  ensure(uid !== null && args.big("amount_staked") >= BigInt(RAO), "HotKeyNotRegisteredInSubNet");
  state.put(pallet, "TotalHotkeyAlpha", [hotkey, netuid], args.big("amount_staked"));
  const permits = state.flags(pallet, "ValidatorPermit", netuid);
  permits[uid ?? 0] = true;
  state.put(pallet, "ValidatorPermit", [netuid], permits);
}

export const developmentRules: Readonly<Record<string, Rule>> = {
  "AdminUtils.sudo_set_network_rate_limit": nothing,
  "AdminUtils.sudo_set_admin_freeze_window": nothing,
  "AdminUtils.sudo_set_owner_hparam_rate_limit": nothing,
  "AdminUtils.sudo_set_start_call_delay": nothing,
  "AdminUtils.sudo_set_network_registration_allowed": nothing,
  "AdminUtils.sudo_set_max_registrations_per_block": nothing,
  "AdminUtils.sudo_set_target_registrations_per_interval": nothing,
  "AdminUtils.sudo_set_tempo": stores("Tempo", "tempo"),
  "AdminUtils.sudo_set_weights_set_rate_limit": stores("WeightsSetRateLimit", "weights_set_rate_limit"),
  "AdminUtils.sudo_set_min_allowed_weights": stores("MinAllowedWeights", "min_allowed_weights"),
  "AdminUtils.sudo_set_commit_reveal_weights_enabled": stores("CommitRevealWeightsEnabled", "enabled"),
  "SubtensorModule.register_network": registerNetwork,
  "SubtensorModule.start_call": startCall,
  "SubtensorModule.burned_register": burnedRegister,
  "SubtensorModule.add_stake": addStake,
  "Balances.transfer_keep_alive": nothing,
};
