import { parentPort, workerData } from "node:worker_threads";
import type { Asked, Told } from "./messages.ts";
import { crashesAt, ends, pointOf } from "./points.ts";
import { record } from "./recording.ts";
import { open, survive } from "./survive.ts";

// A thread that records the scenario, or checks crashes of it: it takes over the timers and the files of its thread.

const port = parentPort;
if (port === null) throw new TypeError("thread.ts runs as a worker thread");
const tell = (message: Told): void => port.postMessage(message);

async function points({ recording, numbers, playEvery }: Extract<Asked, { kind: "points" }>): Promise<void> {
  const chosen = numbers.map((number) => pointOf(recording, number));
  for (const crash of crashesAt(recording, chosen)) {
    const { number, position, end } = crash.point;
    try {
      const life = `after ${number}`;
      if (number % playEvery === 0) await survive(crash, recording.seed, life, recording.endState);
      else await open(crash, recording.seed, life);
      tell({ kind: "checked", count: 1, fault: null });
    } catch (error) {
      const op = recording.ops[position - 1];
      const where = op?.kind === "moment" ? op.label : op?.kind;
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      const what = `point ${number} of ${recording.ops.length * ends.length} (${end} at "${where}", step ${crash.step}): ${stack}`;
      tell({ kind: "checked", count: 1, fault: { number, what } });
    }
  }
}

async function answer(asked: Asked): Promise<void> {
  if (asked.kind === "record") tell({ kind: "recorded", recording: await record(asked.seed) });
  else if (asked.kind === "points") await points(asked);
  else await survive(asked.left, asked.seed, asked.life, asked.wanted);
  tell({ kind: "done" });
}

try {
  await answer(workerData as Asked);
} catch (error) {
  tell({ kind: "failed", what: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
// The stores of processes that crashed are never closed.
process.exit();
