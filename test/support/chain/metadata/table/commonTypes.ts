import type { TypeRow, VariantRows } from "../tableRows.ts";

function eras(): VariantRows {
  const mortal = Array.from(
    { length: 255 },
    (_, at) => [`Mortal${at + 1}`, [at + 1, ["u8"]] as const] as const,
  );
  return { Immortal: [0], ...Object.fromEntries(mortal) };
}

/** Types of the framework, as extrinsics, events, errors and accounts of the chain need them. */
export const commonTypes: Readonly<Record<string, TypeRow>> = {
  AccountId32: { path: ["sp_core", "crypto", "AccountId32"], fields: ["[u8; 32]"] },
  H256: { path: ["primitive_types", "H256"], fields: ["[u8; 32]"] },
  MultiAddress: {
    path: ["sp_runtime", "multiaddress", "MultiAddress"],
    variants: {
      Id: [0, ["AccountId32"]],
      Index: [1, ["Compact<()>"]],
      Raw: [2, ["Vec<u8>"]],
      Address32: [3, ["[u8; 32]"]],
      Address20: [4, ["[u8; 20]"]],
    },
  },
  MultiSignature: {
    path: ["sp_runtime", "MultiSignature"],
    variants: { Ed25519: [0, ["[u8; 64]"]], Sr25519: [1, ["[u8; 64]"]], Ecdsa: [2, ["[u8; 65]"]] },
  },
  UncheckedExtrinsic: { path: ["sp_runtime", "generic", "UncheckedExtrinsic"], fields: ["Vec<u8>"] },
  Era: { path: ["sp_runtime", "generic", "era", "Era"], variants: eras() },
  BoundedBytes: { path: ["bounded_collections", "bounded_vec", "BoundedVec"], fields: ["Vec<u8>"] },
  AccountInfo: {
    path: ["frame_system", "AccountInfo"],
    fields: {
      ...{ nonce: "u32", consumers: "u32", providers: "u32", sufficients: "u32" },
      data: "AccountData",
    },
  },
  AccountData: {
    path: ["pallet_balances", "types", "AccountData"],
    fields: { free: "u64", reserved: "u64", frozen: "u64", flags: "ExtraFlags" },
  },
  ExtraFlags: { path: ["pallet_balances", "types", "ExtraFlags"], fields: ["u128"] },
  Digest: { path: ["sp_runtime", "generic", "digest", "Digest"], fields: { logs: "Vec<DigestItem>" } },
  DigestItem: {
    path: ["sp_runtime", "generic", "digest", "DigestItem"],
    variants: {
      PreRuntime: [6, ["[u8; 4]", "Vec<u8>"]],
      Consensus: [4, ["[u8; 4]", "Vec<u8>"]],
      Seal: [5, ["[u8; 4]", "Vec<u8>"]],
      Other: [0, ["Vec<u8>"]],
      RuntimeEnvironmentUpdated: [8],
    },
  },
  RuntimeVersion: {
    path: ["sp_version", "RuntimeVersion"],
    fields: {
      ...{ spec_name: "str", impl_name: "str" },
      ...{ authoring_version: "u32", spec_version: "u32", impl_version: "u32" },
      ...{ apis: "Vec<([u8; 8], u32)>", transaction_version: "u32", system_version: "u8" },
    },
  },
  OpaqueMetadata: { path: ["sp_core", "OpaqueMetadata"], fields: ["Vec<u8>"] },
  Weight: {
    path: ["sp_weights", "weight_v2", "Weight"],
    fields: { ref_time: "Compact<u64>", proof_size: "Compact<u64>" },
  },
  DispatchClass: {
    path: ["frame_support", "dispatch", "DispatchClass"],
    variants: { Normal: [0], Operational: [1], Mandatory: [2] },
  },
  Pays: { path: ["frame_support", "dispatch", "Pays"], variants: { Yes: [0], No: [1] } },
  DispatchEventInfo: {
    path: ["frame_system", "DispatchEventInfo"],
    fields: { weight: "Weight", class: "DispatchClass", pays_fee: "Pays" },
  },
  RuntimeDispatchInfo: {
    path: ["pallet_transaction_payment", "types", "RuntimeDispatchInfo"],
    fields: { weight: "Weight", class: "DispatchClass", partial_fee: "u64" },
  },
  Phase: {
    path: ["frame_system", "Phase"],
    variants: { ApplyExtrinsic: [0, ["u32"]], Finalization: [1], Initialization: [2] },
  },
  EventRecord: {
    path: ["frame_system", "EventRecord"],
    fields: { phase: "Phase", event: "RuntimeEvent", topics: "Vec<H256>" },
  },
};
