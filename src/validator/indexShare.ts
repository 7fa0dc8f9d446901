import type { IndexShare } from "../challenge/indexCache.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { Chain } from "../flow/chain.ts";
import type { Judge } from "../judge/judge.ts";

/**
 * For whom a reverse index may be built: for the miners that the chain lists, and where anyone may mine only for a hotkey that
 * proves that it asks, since a claim of a hotkey costs nothing. Throws `not_registered`, `chain_unavailable`,
 * `not_your_challenge`, and what `prove` throws.
 */
export async function indexShare(
  {
    chain,
    judge,
  }: { chain: Pick<Chain, "miners" | "isRegistered" | "block">; judge: Pick<Judge, "standingOf"> },
  hotkey: string,
  prove?: () => Promise<void>,
): Promise<IndexShare> {
  if (chain.miners() === null) {
    if (prove === undefined) throw new AssayError({ code: "not_your_challenge" });
    await prove();
    return judge.standingOf(hotkey) === null ? "new" : "known";
  }
  if (chain.isRegistered(hotkey)) return "known";
  if (chain.block() === null) throw new AssayError({ code: "chain_unavailable", retry_after_s: 12 });
  throw new AssayError({ code: "not_registered", hotkey });
}
