import type { Standing } from "../flow/standing.ts";

/** What is known of a miner when its weight is 0. */
export interface ZeroFacts {
  readonly standing: Standing | null;
  readonly block: number | null;
  readonly coldStartBlocks: number;
  readonly lane: "sat" | "groth16";
  readonly accepted: number;
  /** Results below which work of a push lane does not count. */
  readonly minResults: number;
}

/** Why a weight is 0, in words that fit a column; the first rule that applies. */
export function whyZero(facts: ZeroFacts): string {
  const { standing, block, coldStartBlocks, lane, accepted, minResults } = facts;
  if (standing === null) return "nothing received yet";
  if (standing.standing === "suspended") return `suspended until ${standing.until_block}`;
  if (accepted === 0) return "no answer accepted";
  if (standing.standing === "cold_start") {
    const left = block === null ? 0 : standing.first_seen_block + coldStartBlocks - block;
    return left > 0 ? `new: ${left} blocks to go` : "new";
  }
  return lane === "groth16" && accepted < minResults
    ? `${accepted} of ${minResults} answers`
    : "counts from now on";
}
