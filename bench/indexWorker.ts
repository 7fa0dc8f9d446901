import { buildIndex } from "../src/challenge/indexTable.ts";
import { serveTasks } from "../src/pool/serve.ts";

// A pool worker that knows one kind of task: what the validator's own worker does for it.
serveTasks((task) => {
  if (task.kind !== "index") throw new RangeError(`bench worker: ${task.kind}`);
  return buildIndex(task);
});
