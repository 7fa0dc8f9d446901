import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChainWeightsView } from "../../../src/http/handlers.ts";
import type { RunningDouble } from "./startChainDouble.ts";

export interface Pace {
  /** The least time between two blocks. */
  readonly blockMs: number;
  /** How the validator's weights stand, as its operator is told. */
  readonly weights: () => Promise<Pick<ChainWeightsView, "block" | "plans">>;
}

/** Looks at a validator that is not done until a block is made all the same: what failed is tried again at the next block. */
const LOOKS_MOST = 50;
/** Blocks that were made so: then it is never done. */
const UNDONE_MOST = 30;

/** Whether a validator has looked at the last finalised block, and the chain has every extrinsic that was made. */
async function isDone(double: RunningDouble, { weights }: Pace): Promise<boolean> {
  const { block, plans } = await weights();
  const { finalized, taken } = await double.status();
  const isLookedAt = block !== null && block >= finalized.number;
  return isLookedAt && plans.every(({ extrinsic }) => extrinsic === null || taken.includes(extrinsic));
}

/**
 * Makes blocks until `isOver`, each when a validator is done with those before it: on a chain that runs by the clock, a busy machine
 * can miss the few blocks that include an extrinsic. Fails when the validator is again and again not done.
 */
export async function pacedBlocks(
  double: RunningDouble,
  pace: Pace,
  isOver: () => Promise<boolean>,
): Promise<void> {
  let [looks, undone] = [0, 0];
  while (!(await isOver())) {
    looks++;
    const isUndone = !(await isDone(double, pace));
    if (isUndone && looks === LOOKS_MOST) undone++;
    if (undone > UNDONE_MOST)
      assert.fail(`not done: ${JSON.stringify([await pace.weights(), await double.status()])}`);
    if (!isUndone || looks === LOOKS_MOST) {
      await double.control({ do: "produce" });
      looks = 0;
    }
    await sleep(pace.blockMs);
  }
}
