import { z } from "zod";
import { isEntryFault } from "../connect/entryFault.ts";
import type { NodeApi } from "../connect/nodeApi.ts";
import { called, integer, stored } from "./entry.ts";

/** By the state of a block. */
export async function stateNonce(api: NodeApi, at: string, hotkey: string): Promise<number> {
  try {
    return await called(api, at, ["AccountNonceApi", "account_nonce"], [hotkey], integer);
  } catch (error) {
    if (!isEntryFault(error)) throw error;
    const { nonce } = await stored(api, at, ["System", "Account"], [hotkey], z.object({ nonce: integer }));
    return nonce;
  }
}

/** The nonce of an account's next extrinsic: by the best block, and past what waits in the node's pool where the node tells. */
export async function readNonce(api: NodeApi, hotkey: string): Promise<number> {
  const [state, pool] = await Promise.all([
    stateNonce(api, "best", hotkey),
    api.rpc("system_accountNextIndex", [hotkey]).catch(() => null),
  ]);
  return typeof pool === "number" && pool > state ? pool : state;
}
