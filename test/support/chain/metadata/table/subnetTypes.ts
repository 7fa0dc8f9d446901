import type { TypeRow } from "../tableRows.ts";

function each(names: string, type: string): Record<string, string> {
  return Object.fromEntries(names.split(" ").map((name) => [name, type]));
}

const u16 = "Compact<u16>";
const u64 = "Compact<u64>";

const info = ["pallet_subtensor", "rpc_info"];

const metagraph: Readonly<Record<string, string>> = {
  netuid: u16,
  ...each("name symbol", "Vec<Compact<u8>>"),
  identity: "Option<SubnetIdentityV3>",
  network_registered_at: u64,
  ...each("owner_hotkey owner_coldkey", "AccountId32"),
  ...{ block: u64, tempo: u16 },
  ...each("last_step blocks_since_last_step subnet_emission alpha_in alpha_out tao_in", u64),
  ...each("alpha_out_emission alpha_in_emission tao_in_emission", u64),
  ...each("pending_alpha_emission pending_root_emission", u64),
  ...{ subnet_volume: "Compact<u128>", moving_price: "FixedI128" },
  ...each("rho kappa min_allowed_weights max_weights_limit", u16),
  ...each("weights_version weights_rate_limit activity_cutoff", u64),
  ...each("max_validators num_uids max_uids", u16),
  ...each("burn difficulty", u64),
  ...each("registration_allowed pow_registration_allowed", "bool"),
  immunity_period: u16,
  ...each("min_difficulty max_difficulty min_burn max_burn adjustment_alpha", u64),
  ...each("adjustment_interval target_regs_per_interval max_regs_per_block", u16),
  ...{ serving_rate_limit: u64, commit_reveal_weights_enabled: "bool", commit_reveal_period: u64 },
  ...{ liquid_alpha_enabled: "bool", alpha_high: u16, alpha_low: u16, bonds_moving_avg: u64 },
  ...each("hotkeys coldkeys", "Vec<AccountId32>"),
  ...{ identities: "Vec<Option<ChainIdentityV2>>", axons: "Vec<AxonInfo>" },
  ...each("active validator_permit", "Vec<bool>"),
  pruning_score: `Vec<${u16}>`,
  ...each("last_update emission", `Vec<${u64}>`),
  ...each("dividends incentives consensus trust rank", `Vec<${u16}>`),
  ...each("block_at_registration alpha_stake tao_stake total_stake", `Vec<${u64}>`),
  ...each("tao_dividends_per_hotkey alpha_dividends_per_hotkey", `Vec<(AccountId32, ${u64})>`),
};

const hyperparameters: Readonly<Record<string, string>> = {
  ...each("rho kappa immunity_period min_allowed_weights max_weights_limit tempo", u16),
  ...each("min_difficulty max_difficulty weights_version weights_rate_limit", u64),
  ...{ adjustment_interval: u16, activity_cutoff: u64, registration_allowed: "bool" },
  ...{ target_regs_per_interval: u16, min_burn: u64, max_burn: u64, bonds_moving_avg: u64 },
  ...{ max_regs_per_block: u16, serving_rate_limit: u64, max_validators: u16 },
  ...{ adjustment_alpha: u64, difficulty: u64, commit_reveal_period: u64 },
  ...{ commit_reveal_weights_enabled: "bool", alpha_high: u16, alpha_low: u16 },
  liquid_alpha_enabled: "bool",
};

/** Types of subnets, neurons and the beacon. */
export const subnetTypes: Readonly<Record<string, TypeRow>> = {
  Metagraph: { path: [...info, "metagraph", "Metagraph"], fields: metagraph },
  SubnetHyperparams: { path: [...info, "subnet_info", "SubnetHyperparams"], fields: hyperparameters },
  NeuronInfoLite: {
    path: [...info, "neuron_info", "NeuronInfoLite"],
    fields: {
      ...each("hotkey coldkey", "AccountId32"),
      ...{ uid: u16, netuid: u16, active: "bool" },
      ...{ axon_info: "AxonInfo", prometheus_info: "PrometheusInfo" },
      ...{ stake: `Vec<(AccountId32, ${u64})>`, rank: u16, emission: u64 },
      ...each("incentive consensus trust validator_trust dividends", u16),
      ...{ last_update: u64, validator_permit: "bool", pruning_score: u16 },
    },
  },
  SubnetState: {
    path: [...info, "show_subnet", "SubnetState"],
    fields: {
      netuid: u16,
      ...each("hotkeys coldkeys", "Vec<AccountId32>"),
      ...each("active validator_permit", "Vec<bool>"),
      pruning_score: `Vec<${u16}>`,
      ...each("last_update emission", `Vec<${u64}>`),
      ...each("dividends incentives consensus trust rank", `Vec<${u16}>`),
      ...each("block_at_registration alpha_stake tao_stake total_stake", `Vec<${u64}>`),
      emission_history: `Vec<Vec<${u64}>>`,
    },
  },
  AxonInfo: {
    path: ["pallet_subtensor", "pallet", "AxonInfo"],
    fields: {
      ...{ block: "u64", version: "u32", ip: "u128", port: "u16", ip_type: "u8", protocol: "u8" },
      ...each("placeholder1 placeholder2", "u8"),
    },
  },
  PrometheusInfo: {
    path: ["pallet_subtensor", "pallet", "PrometheusInfo"],
    fields: { block: "u64", version: "u32", ip: "u128", port: "u16", ip_type: "u8" },
  },
  SubnetIdentityV3: {
    path: ["pallet_subtensor", "pallet", "SubnetIdentityV3"],
    fields: each(
      "subnet_name github_repo subnet_contact subnet_url discord description logo_url additional",
      "Vec<u8>",
    ),
  },
  ChainIdentityV2: {
    path: ["pallet_subtensor", "pallet", "ChainIdentityV2"],
    fields: each("name url github_repo image discord description additional", "Vec<u8>"),
  },
  FixedI128: { path: ["substrate_fixed", "FixedI128"], fields: { bits: "i128" } },
  Pulse: {
    path: ["pallet_drand", "types", "Pulse"],
    fields: { round: "u64", randomness: "BoundedBytes", signature: "BoundedBytes" },
  },
  BeaconConfiguration: {
    path: ["pallet_drand", "types", "BeaconConfiguration"],
    fields: {
      ...{ public_key: "BoundedBytes", period: "u32", genesis_time: "u32" },
      ...each("hash group_hash scheme_id", "BoundedBytes"),
      metadata: "BeaconMetadata",
    },
  },
  BeaconMetadata: { path: ["pallet_drand", "types", "Metadata"], fields: { beacon_id: "BoundedBytes" } },
};
