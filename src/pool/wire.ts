import type { PoolRequest } from "../flow/pool.ts";

/** Indexes of two counters in shared memory: tasks that a worker started, and tasks that it finished. */
export const STARTED = 0;
export const FINISHED = 1;

/** Main thread to worker: first the counters, then batches, one at a time. */
export type ToWorker =
  | { readonly counters: Int32Array<SharedArrayBuffer> }
  | { readonly tasks: readonly PoolRequest[] };

/** Worker to main thread: `ready` once, then results in the order of the tasks, in any number of messages. */
export type FromWorker =
  | "ready"
  | {
      /** One value per task; undefined where the task threw. */
      readonly values: readonly unknown[];
      /** Index in `values` and text of what was thrown. */
      readonly thrown: readonly (readonly [position: number, cause: string])[];
    };
