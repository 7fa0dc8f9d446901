import type { PoolRequest } from "../flow/pool.ts";

/** Two counters in shared memory: tasks that a worker started, and tasks that it finished. */
export const STARTED = 0;
export const FINISHED = 1;

/** Main thread to worker: first the counters, then batches, one at a time. */
export type ToWorker =
  | { readonly counters: Int32Array<SharedArrayBuffer> }
  | { readonly tasks: readonly PoolRequest[] };

/** Worker to main thread: once ready, then results in the order of the tasks, in as many messages as it likes. */
export type FromWorker =
  | "ready"
  | {
      /** A value a task; undefined where it threw. */
      readonly values: readonly unknown[];
      /** Position in `values` and text of what was thrown. */
      readonly thrown: readonly (readonly [position: number, cause: string])[];
    };
