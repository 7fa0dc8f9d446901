import { metadata, type V16 } from "@polkadot-api/substrate-bindings";

const magicNumber = 0x6174656d;

export function metadataBytes(value: V16): Uint8Array {
  return metadata.enc({ magicNumber, metadata: { tag: "v16", value } });
}

/** The metadata of a file as `Metadata_metadata_at_version` gives it; of version 16 only. */
export function readMetadata(bytes: Uint8Array): V16 {
  const decoded = metadata.dec(Uint8Array.from(bytes)).metadata;
  if (decoded.tag !== "v16") throw new Error(`metadata of version 16 is wanted, not ${decoded.tag}`);
  return decoded.value;
}
