import { workerData } from "node:worker_threads";
import { systemRandom } from "../src/core/random.ts";
import { serveTasks } from "../src/pool/serve.ts";
import { type ProofFacts, proofLane } from "./proofLane.ts";

// A pool worker that checks real proofs and nothing else.
const lane = proofLane(workerData as ProofFacts);
await lane.prepare();
serveTasks((task) => {
  if (task.kind !== "proofs") throw new RangeError(`proof worker: ${task.kind}`);
  return lane.check(task.of, task.items, (count) => systemRandom.bytes(count));
});
