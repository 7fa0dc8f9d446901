import { exactFraction } from "../../src/core/fraction.ts";
import type { PullLane } from "../../src/flow/lane.ts";

/** A lane whose check the pool of the benchmark makes: here it only has a name and a cost. */
export const waitingLane: PullLane = {
  name: "sat",
  mode: "pull",
  policy: { rate: exactFraction("1"), penalty: "reject", maxAttempts: 3, share: 1 },
  cost: 1,
  tiers: new Map(),
  issue: () => null,
  check: () => ({ outcome: "valid" }),
  render: () => "",
};
