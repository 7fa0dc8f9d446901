import type { Hasher, PalletRow, StorageRow, VariantRows } from "../tableRows.ts";

function bySubnet(name: string, value: string, fallback: unknown, hasher: Hasher = "Identity"): StorageRow {
  return { name, keys: [["u16", hasher]], value, fallback };
}

const storage: readonly StorageRow[] = [
  bySubnet("NetworksAdded", "bool", false),
  bySubnet("SubnetworkN", "u16", 0),
  bySubnet("MaxAllowedUids", "u16", 256),
  bySubnet("SubnetOwner", "AccountId32", null),
  bySubnet("SubnetOwnerHotkey", "AccountId32", null),
  bySubnet("MechanismCountCurrent", "u8", 1, "Twox64Concat"),
  bySubnet("Tempo", "u16", 360),
  bySubnet("LastEpochBlock", "u64", 0),
  bySubnet("PendingEpochAt", "u64", 0),
  bySubnet("SubnetEpochIndex", "u64", 0),
  bySubnet("BlocksSinceLastStep", "u64", 0),
  bySubnet("WeightsSetRateLimit", "u64", 100),
  bySubnet("WeightsVersionKey", "u64", 0),
  bySubnet("MinAllowedWeights", "u16", 1024),
  bySubnet("MaxWeightsLimit", "u16", 65535),
  bySubnet("CommitRevealWeightsEnabled", "bool", true),
  bySubnet("RevealPeriodEpochs", "u64", 1, "Twox64Concat"),
  { name: "CommitRevealWeightsVersion", keys: [], value: "u16", fallback: 4 },
  bySubnet("ServingRateLimit", "u64", 50),
  bySubnet("ActivityCutoff", "u16", 5000),
  bySubnet("NetworkRegistrationAllowed", "bool", true),
  bySubnet("SubtokenEnabled", "bool", false),
  { name: "StakeThreshold", keys: [], value: "u64", fallback: 0 },
  { name: "TaoWeight", keys: [], value: "u64", fallback: 971718665099567868n },
  bySubnet("StakeWeight", "Vec<u16>", []),
  bySubnet("ValidatorPermit", "Vec<bool>", []),
  bySubnet("LastUpdate", "Vec<u64>", []),
  bySubnet("Active", "Vec<bool>", []),
  bySubnet("Incentive", "Vec<u16>", []),
  bySubnet("Dividends", "Vec<u16>", []),
  bySubnet("Emission", "Vec<u64>", []),
  {
    name: "Uids",
    keys: [
      ["u16", "Identity"],
      ["AccountId32", "Blake2128Concat"],
    ],
    value: "u16",
  },
  {
    name: "Keys",
    keys: [
      ["u16", "Identity"],
      ["u16", "Identity"],
    ],
    value: "AccountId32",
    fallback: null,
  },
  { name: "Owner", keys: [["AccountId32", "Blake2128Concat"]], value: "AccountId32", fallback: null },
  {
    name: "Axons",
    keys: [
      ["u16", "Identity"],
      ["AccountId32", "Blake2128Concat"],
    ],
    value: "AxonInfo",
  },
  {
    name: "TotalHotkeyAlpha",
    keys: [
      ["AccountId32", "Blake2128Concat"],
      ["u16", "Identity"],
    ],
    value: "u64",
    fallback: 0,
  },
  {
    name: "BlockAtRegistration",
    keys: [
      ["u16", "Identity"],
      ["u16", "Identity"],
    ],
    value: "u64",
    fallback: 0,
  },
  {
    name: "Weights",
    keys: [
      ["u16", "Identity"],
      ["u16", "Identity"],
    ],
    value: "Vec<(u16, u16)>",
    fallback: [],
  },
  {
    name: "WeightCommits",
    keys: [
      ["u16", "Twox64Concat"],
      ["AccountId32", "Twox64Concat"],
    ],
    value: "Vec<(H256, u64, u64, u64)>",
  },
  {
    name: "TimelockedWeightCommits",
    keys: [
      ["u16", "Twox64Concat"],
      ["u64", "Twox64Concat"],
    ],
    value: "Vec<(AccountId32, u64, BoundedBytes, u64)>",
    fallback: [],
  },
];

const netuid = { netuid: "u16" };
const mechanism = { netuid: "u16", mecid: "u8" };
const weights = { dests: "Vec<u16>", weights: "Vec<u16>", version_key: "u64" };
const reveal = { uids: "Vec<u16>", values: "Vec<u16>", salt: "Vec<u16>", version_key: "u64" };
const timelocked = { commit: "BoundedBytes", reveal_round: "u64", commit_reveal_version: "u16" };
const axon = {
  ...{ version: "u32", ip: "u128", port: "u16", ip_type: "u8", protocol: "u8" },
  ...{ placeholder1: "u8", placeholder2: "u8" },
};

const calls: VariantRows = {
  set_weights: [0, { ...netuid, ...weights }],
  set_mechanism_weights: [119, { ...mechanism, ...weights }],
  commit_weights: [96, { ...netuid, commit_hash: "H256" }],
  commit_mechanism_weights: [115, { ...mechanism, commit_hash: "H256" }],
  reveal_weights: [97, { ...netuid, ...reveal }],
  reveal_mechanism_weights: [116, { ...mechanism, ...reveal }],
  commit_timelocked_weights: [113, { ...netuid, ...timelocked }],
  commit_timelocked_mechanism_weights: [118, { ...mechanism, ...timelocked }],
  serve_axon: [4, { ...netuid, ...axon }],
};

const events: VariantRows = {
  WeightsSet: [5, ["u16", "u16"]],
  NeuronRegistered: [6, ["u16", "u16", "AccountId32"]],
  AxonServed: [28, ["u16", "AccountId32"]],
  WeightsCommitted: [85, ["AccountId32", "u16", "H256"]],
  WeightsRevealed: [86, ["AccountId32", "u16", "H256"]],
  TimelockedWeightsCommitted: [107, ["AccountId32", "u16", "H256", "u64"]],
  TimelockedWeightsRevealed: [108, ["u16", "AccountId32"]],
};

const errors: VariantRows = {
  InvalidIpType: [1],
  InvalidIpAddress: [2],
  InvalidPort: [3],
  HotKeyNotRegisteredInSubNet: [4],
  HotKeyNotRegisteredInNetwork: [6],
  NotEnoughStakeToSetWeights: [10],
  NeuronNoValidatorPermit: [15],
  WeightVecNotEqualSize: [16],
  DuplicateUids: [17],
  UidVecContainInvalidOne: [18],
  WeightVecLengthIsLow: [19],
  MaxWeightExceeded: [27],
  SettingWeightsTooFast: [29],
  IncorrectWeightVersionKey: [30],
  ServingRateLimitExceeded: [31],
  UidsLengthExceedUidsInSubNet: [32],
  CanNotSetRootNetworkWeights: [47],
  NoWeightsCommitFound: [51],
  InvalidRevealCommitHashNotMatch: [52],
  CommitRevealEnabled: [53],
  CommitRevealDisabled: [54],
  MechanismDoesNotExist: [74],
  SubnetNotExists: [76],
  TooManyUnrevealedCommits: [77],
  ExpiredWeightCommit: [78],
  RevealTooEarly: [79],
  CommittingWeightsTooFast: [81],
  IncorrectCommitRevealVersion: [110],
  InvalidRevealRound: [111],
};

export const subtensorPallet: PalletRow = {
  name: "SubtensorModule",
  index: 7,
  storage,
  calls,
  events,
  errors,
};
