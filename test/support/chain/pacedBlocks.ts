import { setTimeout as sleep } from "node:timers/promises";
import type { ChainWeightsView } from "../../../src/http/handlers.ts";
import type { RunningDouble } from "./startChainDouble.ts";

export interface Pace {
  /** The least time between two blocks. */
  readonly blockMs: number;
  /** How the validator's weights stand, as its operator is told. */
  readonly weights: () => Promise<Pick<ChainWeightsView, "block" | "plans">>;
}

/** Whether a validator has looked at the last finalised block, and the chain has every extrinsic that was made. */
async function isDone(double: RunningDouble, { weights }: Pace): Promise<boolean> {
  const { block, plans } = await weights();
  const { finalized, taken } = await double.status();
  const isLookedAt = block !== null && block >= finalized.number;
  return isLookedAt && plans.every(({ extrinsic }) => extrinsic === null || taken.includes(extrinsic));
}

/**
 * Makes blocks until `isOver`, each when a validator is done with those before it: on a chain that runs by the clock, a busy machine
 * can miss the few blocks that include an extrinsic.
 */
export async function pacedBlocks(
  double: RunningDouble,
  pace: Pace,
  isOver: () => Promise<boolean>,
): Promise<void> {
  while (!(await isOver())) {
    if (await isDone(double, pace)) await double.control({ do: "produce" });
    await sleep(pace.blockMs);
  }
}
