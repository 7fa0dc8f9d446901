import type { HeldWeights } from "../../../flow/chain.ts";
import type { ChainView, FoundCommit } from "./view.ts";

/** What a block shows of the validator's weights and commits; commits of plans that are open, since others are not looked for. */
export function heldOf(view: ChainView, timelocked: readonly FoundCommit[]): HeldWeights {
  const { block, limits, weights, hashCommits } = view;
  const found = new Map(timelocked.map(({ epoch, commit }) => [commit.commit, { epoch, commit }]));
  return {
    block: block.number,
    uid: limits.uid,
    weights: weights.map(({ uid, u16 }) => ({ uid, u16 })),
    hash_commits: hashCommits.map((commit) => ({
      hash: commit.hash,
      epoch: commit.epoch,
      block: commit.block,
    })),
    timelocked_commits: [...found.values()].map(({ epoch, commit }) => ({
      ...{ epoch, block: commit.block, round: commit.round },
    })),
  };
}
