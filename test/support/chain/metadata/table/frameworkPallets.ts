import type { PalletRow } from "../tableRows.ts";

export const systemPallet: PalletRow = {
  name: "System",
  index: 0,
  storage: [
    {
      name: "Account",
      keys: [["AccountId32", "Blake2128Concat"]],
      value: "AccountInfo",
      fallback: { data: { flags: 2n ** 127n } },
    },
    { name: "BlockHash", keys: [["u32", "Twox64Concat"]], value: "H256", fallback: null },
    { name: "Number", keys: [], value: "u32", fallback: 0 },
    { name: "ParentHash", keys: [], value: "H256", fallback: null },
    { name: "Digest", keys: [], value: "Digest", fallback: { logs: [] } },
    { name: "Events", keys: [], value: "Vec<EventRecord>", fallback: [] },
  ],
  constants: [
    { name: "BlockHashCount", type: "u32", value: 2400 },
    { name: "SS58Prefix", type: "u16", value: 42 },
    {
      name: "Version",
      type: "RuntimeVersion",
      value: {
        ...{ spec_name: "node-subtensor", impl_name: "node-subtensor", authoring_version: 1 },
        ...{ spec_version: 424, impl_version: 1, transaction_version: 1, system_version: 1 },
      },
    },
  ],
  calls: { remark: [0, { remark: "Vec<u8>" }] },
  events: {
    ExtrinsicSuccess: [0, { dispatch_info: "DispatchEventInfo" }],
    ExtrinsicFailed: [1, { dispatch_error: "DispatchError", dispatch_info: "DispatchEventInfo" }],
    CodeUpdated: [2],
    NewAccount: [3, { account: "AccountId32" }],
    KilledAccount: [4, { account: "AccountId32" }],
  },
  errors: { CallFiltered: [5] },
};

export const timestampPallet: PalletRow = {
  name: "Timestamp",
  index: 2,
  storage: [{ name: "Now", keys: [], value: "u64", fallback: 0 }],
  // Half the time of a block.
  constants: [{ name: "MinimumPeriod", type: "u64", value: 6000 }],
  calls: { set: [0, { now: "Compact<u64>" }] },
};

/** The round that the chain has, and what the beacon said in it. */
export const drandPallet: PalletRow = {
  name: "Drand",
  index: 26,
  storage: [
    { name: "BeaconConfig", keys: [], value: "BeaconConfiguration", fallback: {} },
    { name: "Pulses", keys: [["u64", "Blake2128Concat"]], value: "Pulse" },
    { name: "LastStoredRound", keys: [], value: "u64", fallback: 0 },
    { name: "OldestStoredRound", keys: [], value: "u64", fallback: 0 },
  ],
  events: { BeaconConfigChanged: [0], NewPulse: [1, { rounds: "Vec<u64>" }] },
};
