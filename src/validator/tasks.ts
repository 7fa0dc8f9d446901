import { buildIndex } from "../challenge/indexTable.ts";
import type { SignatureVerifier } from "../epistula/signatureVerifier.ts";
import type { Lane, PullLane, PushLane } from "../flow/lane.ts";
import type { PoolRequest, TaskRunner } from "../flow/pool.ts";

/** Runs the pool's tasks: in every worker, and inline in tests. */
export function makeTaskRunner(
  lanes: ReadonlyMap<string, Lane>,
  signatures: SignatureVerifier,
  random: (count: number) => Uint8Array,
): TaskRunner {
  const pullLane = (name: string): PullLane => {
    const lane = lanes.get(name);
    if (lane?.mode !== "pull") throw new RangeError(`no pull lane ${name}`);
    return lane;
  };
  const pushLane = (name: string): PushLane => {
    const lane = lanes.get(name);
    if (lane?.mode !== "push") throw new RangeError(`no push lane ${name}`);
    return lane;
  };
  return (task: PoolRequest) => {
    switch (task.kind) {
      case "signature":
      case "claim":
        return signatures.verify(task);
      case "check": {
        const lane = pullLane(task.lane);
        return lane.check(lane.issue(task.ref), task.answer);
      }
      case "render": {
        const lane = pullLane(task.lane);
        return lane.render(lane.issue(task.ref));
      }
      case "proofs":
        return pushLane(task.lane).check(task.of, task.items, random);
      case "index":
        return buildIndex(task);
    }
  };
}
