import type { ExtensionRow, TypeRow } from "../tableRows.ts";

/** Types of the parts that every signed extrinsic carries beside its call. */
export const extensionTypes: Readonly<Record<string, TypeRow>> = {
  ExtraNothing: { path: ["frame_system", "extensions", "Nothing"], fields: [] },
  CheckMortality: { path: ["node_subtensor_runtime", "check_mortality", "CheckMortality"], fields: ["Era"] },
  CheckNonce: { path: ["node_subtensor_runtime", "check_nonce", "CheckNonce"], fields: ["Compact<u32>"] },
  ChargeTransactionPayment: {
    path: ["pallet_transaction_payment", "ChargeTransactionPayment"],
    fields: ["Compact<u64>"],
  },
  CheckMetadataHash: {
    path: ["frame_metadata_hash_extension", "CheckMetadataHash"],
    fields: { mode: "MetadataHashMode" },
  },
  MetadataHashMode: {
    path: ["frame_metadata_hash_extension", "Mode"],
    variants: { Disabled: [0], Enabled: [1] },
  },
};

/** In the order of the chain: it is the order of their bytes. */
export const extensions: readonly ExtensionRow[] = [
  { identifier: "CheckNonZeroSender", type: "ExtraNothing", additionalSigned: "()" },
  { identifier: "CheckSpecVersion", type: "ExtraNothing", additionalSigned: "u32" },
  { identifier: "CheckTxVersion", type: "ExtraNothing", additionalSigned: "u32" },
  { identifier: "CheckGenesis", type: "ExtraNothing", additionalSigned: "H256" },
  { identifier: "CheckMortality", type: "CheckMortality", additionalSigned: "H256" },
  { identifier: "CheckNonce", type: "CheckNonce", additionalSigned: "()" },
  { identifier: "CheckWeight", type: "ExtraNothing", additionalSigned: "()" },
  { identifier: "ChargeTransactionPayment", type: "ChargeTransactionPayment", additionalSigned: "()" },
  { identifier: "SudoTransactionExtension", type: "ExtraNothing", additionalSigned: "()" },
  { identifier: "CheckShieldedTxValidity", type: "ExtraNothing", additionalSigned: "()" },
  { identifier: "SubtensorTransactionExtension", type: "ExtraNothing", additionalSigned: "()" },
  { identifier: "DrandPriority", type: "ExtraNothing", additionalSigned: "()" },
  { identifier: "CheckMetadataHash", type: "CheckMetadataHash", additionalSigned: "Option<[u8; 32]>" },
];
