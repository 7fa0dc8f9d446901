/** A call that prepares a subnet. */
export interface PreparingCall {
  readonly pallet: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** Made as the chain's root, by //Alice's sudo. */
  readonly isRoot: boolean;
  /** A runtime may lack it, and a subnet may do without. */
  readonly isOptional: boolean;
}

const TAO = 1_000_000_000n;

const root = (name: string, args: PreparingCall["args"], isOptional = true): PreparingCall => ({
  ...{ pallet: "AdminUtils", name, args, isRoot: true, isOptional },
});

const signed = (name: string, args: PreparingCall["args"], pallet = "SubtensorModule"): PreparingCall => ({
  ...{ pallet, name, args, isRoot: false, isOptional: false },
});

/** What keeps a new chain from taking subnets and settings at once. */
export const openChain: readonly PreparingCall[] = [
  root("sudo_set_network_rate_limit", { rate_limit: 0n }),
  root("sudo_set_admin_freeze_window", { window: 0 }),
  root("sudo_set_owner_hparam_rate_limit", { epochs: 0 }),
  root("sudo_set_start_call_delay", { delay: 0n }),
];

export const registerSubnet = (hotkey: string): PreparingCall => signed("register_network", { hotkey });

export const startSubnet = (netuid: number): PreparingCall => signed("start_call", { netuid });

export const commitReveal = (netuid: number, enabled: boolean): PreparingCall =>
  root("sudo_set_commit_reveal_weights_enabled", { netuid, enabled }, false);

/** Short epochs, and as few limits as the cycle of weights can do with. */
export function subnetSettings(netuid: number): PreparingCall[] {
  return [
    root("sudo_set_network_registration_allowed", { netuid, registration_allowed: true }),
    root("sudo_set_max_registrations_per_block", { netuid, max_registrations_per_block: 16 }),
    root("sudo_set_target_registrations_per_interval", { netuid, target_registrations_per_interval: 16 }),
    root("sudo_set_tempo", { netuid, tempo: 20 }, false),
    root("sudo_set_weights_set_rate_limit", { netuid, weights_set_rate_limit: 2n }, false),
    root("sudo_set_min_allowed_weights", { netuid, min_allowed_weights: 1 }),
  ];
}

export const registerNeuron = (netuid: number, hotkey: string): PreparingCall =>
  signed("burned_register", { netuid, hotkey });

/** Stake for the permit, and a little balance, without which an account cannot send anything. */
export function stakeOn(netuid: number, hotkey: string): PreparingCall[] {
  return [
    signed("add_stake", { hotkey, netuid, amount_staked: 1000n * TAO }),
    signed("transfer_keep_alive", { dest: { type: "Id", value: hotkey }, value: TAO }, "Balances"),
  ];
}

/** All of them. */
export function everyCall(netuid: number, hotkey: string): PreparingCall[] {
  return [
    ...[...openChain, registerSubnet(hotkey), startSubnet(netuid), commitReveal(netuid, true)],
    ...[...subnetSettings(netuid), registerNeuron(netuid, hotkey), ...stakeOn(netuid, hotkey)],
  ];
}
