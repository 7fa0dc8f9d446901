import { parentPort } from "node:worker_threads";
import { type Clock, systemClock } from "../core/clock.ts";
import { causeText } from "../core/problems/assayError.ts";
import type { PoolRequest, TaskRunner } from "../flow/pool.ts";
import { FINISHED, type FromWorker, STARTED, type ToWorker } from "./wire.ts";

/** How long results wait for others of their batch: small tasks share a message, and a slow task delays none. */
const FLUSH_MS = 1;

/** Runs one batch in order and publishes its progress in the counters. */
function serveBatch(
  tasks: readonly PoolRequest[],
  counters: Int32Array,
  run: TaskRunner,
  clock: Clock,
  post: (message: FromWorker) => void,
): void {
  let values: unknown[] = [];
  let thrown: [number, string][] = [];
  let flushedAt = clock.monotonicMs();
  for (const [i, task] of tasks.entries()) {
    Atomics.add(counters, STARTED, 1);
    try {
      values.push(run(task));
    } catch (error) {
      thrown.push([values.length, causeText(error)]);
      values.push(undefined);
    }
    Atomics.add(counters, FINISHED, 1);
    const now = clock.monotonicMs();
    if (i < tasks.length - 1 && now - flushedAt < FLUSH_MS) continue;
    post({ values, thrown });
    values = [];
    thrown = [];
    flushedAt = now;
  }
}

/** The body of a pool worker: serves tasks until it is terminated. Throws TypeError outside a worker thread. */
export function serveTasks(run: TaskRunner, clock: Clock = systemClock): void {
  const port = parentPort;
  if (port === null) throw new TypeError("serveTasks: not in a worker thread");
  const post = (message: FromWorker): void => port.postMessage(message);
  let counters: Int32Array = new Int32Array(2);
  port.on("message", (message: ToWorker) => {
    if ("counters" in message) counters = message.counters;
    else serveBatch(message.tasks, counters, run, clock, post);
  });
  post("ready");
}
