import { parseFraction } from "../../../src/core/fraction.ts";
import type { PushLane } from "../../../src/flow/lane.ts";

/** A push lane of which only name, cost and canary matter; its checks are done by the test's pool. */
export function namedPushLane(name: string, cost: number, more: Partial<PushLane> = {}): PushLane {
  const rate = parseFraction("20/500");
  if (rate === null) throw new RangeError("20/500 is a fraction");
  const elsewhere = (): never => {
    throw new Error("runs in the pool");
  };
  return {
    name,
    mode: "push",
    policy: { rate, penalty: "strike", maxAttempts: 1, share: 1 },
    kinds: ["square"],
    benchmarks: ["square"],
    cost,
    prepare: elsewhere,
    issue: () => null,
    accept: elsewhere,
    check: elsewhere,
    canary: () => null,
    ...more,
  };
}
