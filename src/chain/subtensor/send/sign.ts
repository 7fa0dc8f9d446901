import { Blake2256 } from "@polkadot-api/substrate-bindings";
import { entryFault, isEntryFault } from "../connect/entryFault.ts";
import type { CallSigner, ChainCall, NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef, SignedCall } from "../node.ts";

export interface SigningOptions {
  readonly nonce: number;
  readonly at: BlockRef;
  /** A power of two. */
  readonly blocks: number;
}

/** Blake2b-256 of an extrinsic's bytes, hex with 0x: its hash on the chain. */
export function extrinsicHash(bytes: Uint8Array): string {
  return hexOf(Blake2256(bytes));
}

const hexOf = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;

/** Signs the first of the calls that the runtime has. Throws `chain_entry_missing` when it has none of them. */
export async function signFirst(
  api: NodeApi,
  calls: readonly ChainCall[],
  signer: CallSigner,
  { nonce, at, blocks }: SigningOptions,
): Promise<SignedCall> {
  let missing: unknown = new Error("no call");
  for (const call of calls) {
    try {
      const bytes = await api.sign(call, signer, { nonce, at: at.hash, blocks });
      return { bytes: hexOf(bytes), hash: extrinsicHash(bytes), untilBlock: at.number + blocks - 1 };
    } catch (error) {
      if (!isEntryFault(error)) throw error;
      missing = entryFault(`${call.pallet}.${call.name}`, error);
    }
  }
  throw missing;
}
