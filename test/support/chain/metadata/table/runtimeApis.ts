import type { RuntimeApiRow } from "../tableRows.ts";

const netuid = { netuid: "u16" };

export const runtimeApis: readonly RuntimeApiRow[] = [
  { name: "Core", version: 5, methods: [{ name: "version", inputs: {}, output: "RuntimeVersion" }] },
  {
    name: "Metadata",
    version: 2,
    methods: [
      { name: "metadata", inputs: {}, output: "OpaqueMetadata" },
      { name: "metadata_at_version", inputs: { version: "u32" }, output: "Option<OpaqueMetadata>" },
      { name: "metadata_versions", inputs: {}, output: "Vec<u32>" },
    ],
  },
  {
    name: "TaggedTransactionQueue",
    version: 3,
    methods: [
      {
        name: "validate_transaction",
        inputs: { source: "TransactionSource", tx: "UncheckedExtrinsic", block_hash: "H256" },
        output: "Result<ValidTransaction, TransactionValidityError>",
      },
    ],
  },
  {
    name: "AccountNonceApi",
    version: 1,
    methods: [{ name: "account_nonce", inputs: { account: "AccountId32" }, output: "u32" }],
  },
  {
    name: "TransactionPaymentApi",
    version: 4,
    methods: [
      {
        name: "query_info",
        inputs: { uxt: "UncheckedExtrinsic", len: "u32" },
        output: "RuntimeDispatchInfo",
      },
    ],
  },
  {
    name: "SubnetInfoRuntimeApi",
    version: 1,
    methods: [
      { name: "get_metagraph", inputs: netuid, output: "Option<Metagraph>" },
      { name: "get_subnet_hyperparams", inputs: netuid, output: "Option<SubnetHyperparams>" },
      { name: "get_subnet_state", inputs: netuid, output: "Option<SubnetState>" },
      { name: "get_next_epoch_start_block", inputs: netuid, output: "Option<u64>" },
    ],
  },
  {
    name: "NeuronInfoRuntimeApi",
    version: 1,
    methods: [{ name: "get_neurons_lite", inputs: netuid, output: "Vec<NeuronInfoLite>" }],
  },
];
