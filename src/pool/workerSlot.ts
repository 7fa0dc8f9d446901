import { Worker } from "node:worker_threads";
import { causeText } from "../core/problems/assayError.ts";
import type { PoolRequest, PoolTaskKind } from "../flow/pool.ts";
import { PoolFault } from "./fault.ts";
import { FINISHED, type FromWorker, STARTED, type ToWorker } from "./wire.ts";

/** A task with the promise of its caller. */
export interface PoolTask {
  readonly request: PoolRequest;
  resolve(value: unknown): void;
  reject(fault: Error): void;
  /** How many times its worker died while it ran. */
  losses: number;
}

/** The batch of a worker that died or was killed. */
export interface LostBatch {
  /** The task that was running; null when that is unknown. */
  readonly blamed: PoolTask | null;
  readonly overdue: boolean;
  /** The other tasks without a result, in order. */
  readonly rest: readonly PoolTask[];
}

export interface SlotEvents {
  /** The batch is done; `crashed` of its tasks threw. */
  idle(slot: WorkerSlot, batch: readonly PoolTask[], crashed: number): void;
  lost(slot: WorkerSlot, batch: LostBatch): void;
  /** The thread has ended; called once, after `lost` if it was busy. */
  ended(slot: WorkerSlot, cause: string): void;
}

/**
 * A worker's heap, MiB. A worker that grows past it in small steps dies alone; a single allocation of tens of MiB that
 * crosses the limit ends the whole process, so no task may allocate a size that its input names.
 */
const HEAP_MIB = 256;
/** A worker that is not ready after this time is given up, ms. */
const START_MS = 30_000;

/** One worker thread: starting, then idle or busy with one batch, then gone for good. */
export class WorkerSlot {
  state: "starting" | "idle" | "busy" | "gone" = "starting";
  /** Whether it ever delivered a result or ran a task past its deadline. */
  proven = false;
  /** Settles once: ready, or ended before it was. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #events: SlotEvents;
  readonly #counters = new Int32Array(new SharedArrayBuffer(8));
  #batch: readonly PoolTask[] = [];
  /** Results received for the batch. */
  #settled = 0;
  #crashed = 0;
  /** The `started` counter when the batch was assigned. */
  #base = 0;
  /** The last value seen of the `started` counter, and since when it has had that value. */
  #mark = 0;
  #markSince: number;
  #cause = "exited";

  /** Throws when the entry cannot be started at all. */
  constructor(entry: URL, workerData: unknown, nowMs: number, events: SlotEvents) {
    this.#events = events;
    this.#markSince = nowMs;
    this.#worker = new Worker(entry, {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: 8 },
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.on("message", (message: FromWorker) => {
      if (message !== "ready") this.#take(message.values, message.thrown);
      else if (this.state === "starting") {
        this.state = "idle";
        resolve();
      }
    });
    this.#worker.on("error", (error) => {
      this.#cause = causeText(error);
    });
    this.#worker.on("exit", (code) => {
      reject(new Error(`worker ended before it was ready: ${this.#cause}`));
      this.#lose(this.#runningAt(), false);
      this.#events.ended(this, `${this.#cause}, code ${code}`);
    });
    this.#send({ counters: this.#counters });
  }

  assign(batch: readonly PoolTask[], nowMs: number): void {
    this.state = "busy";
    this.#batch = batch;
    this.#settled = 0;
    this.#crashed = 0;
    this.#base = Atomics.load(this.#counters, STARTED);
    this.#mark = this.#base;
    this.#markSince = nowMs;
    this.#send({ tasks: batch.map((task) => task.request) });
  }

  /**
   * Kills the worker when one task has run past its deadline. Results that wait for a busy main thread do not count as
   * a standstill.
   */
  watch(nowMs: number, deadlineMs: Readonly<Record<PoolTaskKind, number>>): void {
    if (this.state === "starting" && nowMs - this.#markSince >= START_MS) {
      this.#cause = `not ready after ${START_MS} ms`;
      void this.end();
    }
    if (this.state !== "busy") return;
    const started = Atomics.load(this.#counters, STARTED);
    if (started !== this.#mark) {
      this.#mark = started;
      this.#markSince = nowMs;
      return;
    }
    const at = this.#runningAt();
    if (at === null && this.#position(started) >= this.#batch.length) return;
    const task = this.#batch[at ?? this.#settled];
    if (task === undefined || nowMs - this.#markSince < deadlineMs[task.request.kind]) return;
    this.#cause = `overdue: ${task.request.kind}`;
    this.proven = true;
    this.#lose(at, true);
    void this.end();
  }

  /** Ends the thread without calling `lost` for its batch. */
  async end(): Promise<void> {
    this.state = "gone";
    await this.#worker.terminate();
  }

  /** The tasks without results, for a caller that ends the thread. */
  unsettled(): readonly PoolTask[] {
    return this.#batch.slice(this.#settled);
  }

  /** The counters wrap at 2^32; their difference stays right. */
  #position(started: number): number {
    return (started - this.#base) | 0;
  }

  /** Index in the batch of the task being run, or null between tasks. */
  #runningAt(): number | null {
    const finished = Atomics.load(this.#counters, FINISHED);
    const started = Atomics.load(this.#counters, STARTED);
    return started === finished ? null : this.#position(started) - 1;
  }

  #take(values: readonly unknown[], thrown: readonly (readonly [number, string])[]): void {
    if (this.state !== "busy") return;
    this.proven = true;
    const causes = new Map(thrown);
    for (const [i, value] of values.entries()) {
      const task = this.#batch[this.#settled++];
      const cause = causes.get(i);
      if (cause === undefined) task?.resolve(value);
      else task?.reject(new PoolFault("check_crashed", cause));
    }
    this.#crashed += causes.size;
    if (this.#settled < this.#batch.length) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#settled = 0;
    this.state = "idle";
    this.#events.idle(this, batch, this.#crashed);
  }

  /** `at`: index in the batch of the task to blame, if any. */
  #lose(at: number | null, overdue: boolean): void {
    const wasBusy = this.state === "busy";
    this.state = "gone";
    if (!wasBusy) return;
    const blamed = at === null || at < this.#settled ? null : (this.#batch[at] ?? null);
    const rest = this.unsettled().filter((task) => task !== blamed);
    this.#batch = [];
    this.#settled = 0;
    this.#events.lost(this, { blamed, overdue, rest });
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }
}
