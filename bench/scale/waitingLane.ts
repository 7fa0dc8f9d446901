import type { PullLane } from "../../src/flow/lane.ts";

/** A lane whose check is made elsewhere, by waiting. */
export const waitingLane: PullLane = {
  name: "sat",
  mode: "pull",
  penalty: "reject",
  maxAttempts: 3,
  cost: 1,
  tiers: new Map(),
  issue: () => null,
  check: () => ({ outcome: "valid" }),
  render: () => "",
} as unknown as PullLane;
