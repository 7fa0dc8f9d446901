import type { MinerView, Status } from "../../src/http/handlers.ts";
import { duration, number, percent, untilBlock } from "./format.ts";
import type { Share } from "./weights.ts";

export interface WeightFacts {
  readonly miner: MinerView;
  readonly status: Pick<Status, "block" | "block_ms" | "judge" | "lanes">;
  /** Null where the last vector has no weight for it. */
  readonly share: Share | null;
  /** How many hotkeys have a weight in the last vector; null before there is one. */
  readonly paid: number | null;
  readonly median: number | null;
}

/** The height at which a hotkey's cold start is over. */
export const warmBlock = (miner: MinerView, coldStartBlocks: number): number =>
  miner.first_seen_block + coldStartBlocks;

function wait(block: number, { status }: WeightFacts): string {
  const { block: present, block_ms } = status;
  if (present === null) return `until block ${number(block)}`;
  const left = Math.max(0, block - present);
  return `for ${number(left)} more blocks, about ${duration(untilBlock(block, present, block_ms))}`;
}

function whyNothing(facts: WeightFacts): string[] {
  const { miner, status, paid } = facts;
  const { counts } = miner;
  if (miner.standing === "suspended")
    return [
      `It is suspended, and weighs nothing ${wait(miner.until_block ?? miner.last_seen_block, facts)}.`,
      "Unverified credit was forfeited with the strike; credit counts anew from the end of the suspension.",
    ];
  if (miner.standing === "cold_start")
    return [
      `It is in its cold start: it works, and weighs nothing ${wait(warmBlock(miner, status.judge.cold_start_blocks), facts)}.`,
    ];
  if (paid === null)
    return ["No weights have been signed yet; the first come with the end of a weighing period."];
  if (counts.submitted === 0) return ["It has sent no answer yet."];
  if (counts.accepted === 0)
    return [
      `None of its ${number(counts.submitted)} answers was accepted: ${number(counts.rejected)} rejected, ${number(counts.void)} void.`,
    ];
  const pushes = status.lanes.filter(({ mode }) => mode === "push").map(({ name }) => name);
  const few = `In ${pushes.join(" and ")}, where jobs are handed out, a miner weighs nothing before its first 100 results.`;
  return [
    ...(pushes.length > 0 && counts.accepted + counts.rejected < 100 ? [few] : []),
    "The last vector has no weight for it. Either its accepted work is older than the window that weights look at, or its work began after the vector was signed, or the hotkey was not registered then.",
  ];
}

/** Why a miner weighs what it weighs, in sentences; all from public numbers. */
export function whyWeight(facts: WeightFacts): string[] {
  const { share, median, paid, miner } = facts;
  if (share === null || paid === null) return whyNothing(facts);
  const lines = [
    `${percent(share.weight)} of all weight: rank ${number(share.rank)} of ${number(paid)} that have one.`,
  ];
  if (median !== null && median > 0) {
    const ratio = share.weight / median;
    lines.push(
      ratio >= 0.995 && ratio <= 1.005
        ? "That is the median."
        : `That is ${number(Number(ratio.toPrecision(3)))} times the median of ${percent(median)}.`,
    );
  }
  if (miner.standing === "suspended")
    lines.push(
      `It was suspended after that vector was signed, and weighs nothing ${wait(miner.until_block ?? 0, facts)}.`,
    );
  const { accepted, rejected } = miner.counts;
  if (accepted + rejected > 0)
    lines.push(`${percent(accepted / (accepted + rejected))} of its decided answers were accepted.`);
  lines.push(
    "Weight is a share: it follows this miner's accepted work within the window, and falls when others deliver more.",
  );
  return lines;
}
