import { parseFraction } from "../../../src/core/fraction.ts";
import type { Lane } from "../../../src/flow/lane.ts";

/** A lane of which only name, cost and penalty matter; its work is done by the test's pool workers. */
export function namedLane(name: string, cost: number, penalty: "reject" | "strike" = "reject"): Lane {
  const rate = parseFraction("1");
  if (rate === null) throw new RangeError("1 is a fraction");
  const elsewhere = (): never => {
    throw new Error("runs in the pool");
  };
  return {
    name,
    mode: "pull",
    policy: { rate, penalty, maxAttempts: 1, share: 1 },
    tiers: new Map(),
    cost,
    issue: elsewhere,
    check: elsewhere,
    render: elsewhere,
  };
}
