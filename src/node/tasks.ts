import type { Sr25519Verifier } from "../admit/sr25519.ts";
import { buildIndex } from "../challenge/indexTable.ts";
import type { Lane } from "../flow/lane.ts";
import type { PoolTask, TaskRunner } from "../flow/pool.ts";

/** Runs the tasks of the pool: in every worker, and inline in tests. */
export function makeTaskRunner(lanes: ReadonlyMap<string, Lane>, signatures: Sr25519Verifier): TaskRunner {
  const laneOf = (name: string): Lane => {
    const lane = lanes.get(name);
    if (lane === undefined) throw new RangeError(`no lane ${name}`);
    return lane;
  };
  return (task: PoolTask) => {
    switch (task.kind) {
      case "signature":
        return signatures.verify(task.publicKey, task.message, task.signature);
      case "check": {
        const lane = laneOf(task.lane);
        return lane.check(lane.issue(task.ref), task.answer);
      }
      case "render": {
        const lane = laneOf(task.lane);
        return lane.render(lane.issue(task.ref));
      }
      case "index":
        return buildIndex(task);
    }
  };
}
