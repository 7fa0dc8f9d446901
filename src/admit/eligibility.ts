import { AssayError } from "../core/problems/assayError.ts";
import { retryAfterS } from "./limits.ts";
import type { Miners } from "./ports.ts";

/** The chain's height; throws `chain_unavailable` while it is unknown. */
export function requireBlock(miners: Pick<Miners, "block">): number {
  const block = miners.block();
  if (block !== null) return block;
  throw new AssayError({ code: "chain_unavailable", retry_after_s: retryAfterS.chain_unavailable });
}

/** Throws `not_registered`. A chain that never answered knows no miner, which says nothing: `chain_unavailable`. */
export function requireRegistered(miners: Miners, hotkey: string): void {
  if (miners.isRegistered(hotkey)) return;
  requireBlock(miners);
  throw new AssayError({ code: "not_registered", hotkey });
}

/** Throws `suspended` while the height is below the block that frees the hotkey, `chain_unavailable` without one. */
export function requireFree(miners: Miners, hotkey: string): void {
  const block = requireBlock(miners);
  const until = miners.suspendedUntil(hotkey);
  if (until !== null && block < until)
    throw new AssayError({ code: "suspended", hotkey, until_block: until });
}
