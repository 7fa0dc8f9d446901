import { z } from "zod";
import type { NodeApi } from "../connect/nodeApi.ts";
import type { BlockRef } from "../node.ts";
import { hexBytes, integer, stored } from "./entry.ts";

/** The signature of a round of the randomness beacon; null while the chain does not have it. */
export async function readPulse(api: NodeApi, at: BlockRef, round: number): Promise<string | null> {
  const pulse = z.object({ signature: hexBytes }).nullish();
  const read = await stored(api, at.hash, ["Drand", "Pulses"], [BigInt(round)], pulse);
  return read?.signature ?? null;
}

export function readLastPulseRound(api: NodeApi, at: BlockRef): Promise<number> {
  return stored(api, at.hash, ["Drand", "LastStoredRound"], [], integer);
}
