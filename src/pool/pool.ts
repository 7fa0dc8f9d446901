import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import type { Counter, Gauge, Metrics } from "../core/metrics.ts";
import { AssayError, causeText } from "../core/problems/assayError.ts";
import type { Pool, PoolResults, PoolTaskKind, TaskOfKind } from "../flow/pool.ts";
import { compact } from "./compact.ts";
import { PoolFault } from "./fault.ts";
import { TaskQueue } from "./taskQueue.ts";
import { type LostBatch, type PoolTask, type SlotEvents, WorkerSlot } from "./workerSlot.ts";

export interface PoolOptions {
  readonly threads: number;
  /** A module that calls `serveTasks`. */
  readonly entry: URL;
  readonly workerData: unknown;
  /** Longest run of one task, by kind; noticed at most a quarter of the shortest (250 ms) late. */
  readonly deadlineMs: Readonly<Record<PoolTaskKind, number>>;
  /** The most tasks in one message. */
  readonly batch: number;
  /** Tasks that may wait, per kind; past it a task is refused as `busy`. */
  readonly queueMax: number;
}

export interface PoolModules {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** A task is given up when its worker has died under it this many times. */
const MAX_LOSSES = 2;
/** First and longest wait before a failed worker is started again, ms; doubled per failure. */
const RESPAWN_MS = [100, 10_000] as const;
/** After this many failures in a row, with no worker left, waiting tasks are rejected. */
const HOPELESS = 5;

/** Worker threads behind the port of flow/pool.ts. Rejects with `PoolFault`, or `AssayError` `busy`, `shutting_down`. */
export class WorkerPool implements Pool {
  readonly #options: PoolOptions;
  readonly #modules: PoolModules;
  readonly #tasks: TaskQueue;
  readonly #slots = new Set<WorkerSlot>();
  readonly #assignedAt = new WeakMap<WorkerSlot, number>();
  readonly #respawns = new Set<NodeJS.Timeout>();
  readonly #counters: { readonly tasks: Counter; readonly lost: Counter; readonly refused: Counter };
  readonly #waiting: Gauge;
  readonly #watchdog: NodeJS.Timeout;
  #scheduled = false;
  #closed = false;
  /** Workers that ended without a result, in a row. */
  #failures = 0;

  /** Starts the workers and resolves when all are ready; throws `failed` with the cause when one cannot start. */
  static async open(options: PoolOptions, modules: PoolModules): Promise<WorkerPool> {
    const pool = new WorkerPool(options, modules);
    try {
      for (let i = 0; i < options.threads; i++) pool.#spawn();
      await Promise.all([...pool.#slots].map((slot) => slot.ready));
      return pool;
    } catch (error) {
      await pool.close();
      const message = `worker pool: ${causeText(error)}`;
      throw new AssayError({ code: "failed", message }, { cause: error });
    }
  }

  private constructor(options: PoolOptions, modules: PoolModules) {
    for (const [name, value] of Object.entries({ threads: options.threads, batch: options.batch })) {
      if (!Number.isInteger(value) || value < 1) throw new RangeError(`worker pool: ${name} ${value}`);
    }
    this.#options = options;
    this.#modules = modules;
    this.#tasks = new TaskQueue(options.queueMax, options.batch);
    const { metrics } = modules;
    this.#counters = {
      tasks: metrics.counter("assay_pool_tasks_total", "Tasks of the worker pool", ["kind", "outcome"]),
      lost: metrics.counter("assay_pool_workers_lost_total", "Workers that died or were killed", ["why"]),
      refused: metrics.counter("assay_pool_refused_total", "Tasks refused by a full queue", ["kind"]),
    };
    this.#waiting = metrics.gauge("assay_pool_waiting", "Tasks waiting for a worker");
    const shortest = Math.min(...Object.values(options.deadlineMs));
    const period = Math.min(250, Math.max(5, shortest / 4));
    this.#watchdog = setInterval(() => this.#watch(), period).unref();
  }

  run<K extends PoolTaskKind>(request: TaskOfKind<K>): Promise<PoolResults[K]> {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new AssayError({ code: "shutting_down", retry_after_s: 5 }));
        return;
      }
      const settle = (value: unknown): void => resolve(value as PoolResults[K]);
      if (this.#tasks.push({ request: compact(request), resolve: settle, reject, losses: 0 }))
        this.#schedule();
      else {
        this.#counters.refused.add({ kind: request.kind });
        reject(new AssayError({ code: "busy", retry_after_s: 1 }));
      }
    });
  }

  stats() {
    const busy = [...this.#slots].filter((slot) => slot.state === "busy").length;
    return { threads: this.#options.threads, busy, waiting: this.#tasks.length };
  }

  /** Rejects tasks without a result, and ends the threads. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watchdog);
    for (const timer of this.#respawns) clearTimeout(timer);
    const slots = [...this.#slots];
    const left = [...this.#tasks.takeAll(), ...slots.flatMap((slot) => slot.unsettled())];
    for (const task of left) task.reject(new AssayError({ code: "shutting_down", retry_after_s: 5 }));
    await Promise.all(slots.map((slot) => slot.end()));
  }

  /** Tasks that arrive in one turn of the event loop share messages. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (!this.#closed) this.#assign();
    });
  }

  #assign(): void {
    const now = this.#modules.clock.monotonicMs();
    const idle = [...this.#slots].filter((slot) => slot.state === "idle");
    for (const [i, slot] of idle.entries()) {
      const batch = this.#tasks.take(idle.length - i);
      if (batch.length === 0) break;
      this.#assignedAt.set(slot, now);
      slot.assign(batch, now);
    }
    this.#waiting.set(this.#tasks.length);
  }

  #watch(): void {
    const now = this.#modules.clock.monotonicMs();
    for (const slot of this.#slots) slot.watch(now, this.#options.deadlineMs);
  }

  readonly #events: SlotEvents = {
    idle: (slot, batch, crashed) => {
      this.#failures = 0;
      const elapsedMs = this.#modules.clock.monotonicMs() - (this.#assignedAt.get(slot) ?? 0);
      this.#count(batch, crashed, elapsedMs);
      this.#schedule();
    },
    lost: (_slot, batch) => this.#salvage(batch),
    ended: (slot, cause) => this.#replace(slot, cause),
  };

  #count(batch: readonly PoolTask[], crashed: number, elapsedMs: number): void {
    const kind = batch[0]?.request.kind;
    if (kind === undefined) return;
    this.#tasks.measured(kind, batch.length, elapsedMs);
    this.#counters.tasks.add({ kind, outcome: "done" }, batch.length - crashed);
    if (crashed > 0) this.#counters.tasks.add({ kind, outcome: "check_crashed" }, crashed);
  }

  /** The task that was running is blamed for a lost worker; where that is unknown, every task of the batch is. */
  #salvage({ blamed, overdue, rest }: LostBatch): void {
    const { log } = this.#modules;
    this.#counters.lost.add({ why: overdue ? "overdue" : "died" });
    log.warn("pool_worker_lost", { overdue, kind: blamed?.request.kind ?? null, rerun: rest.length });
    if (this.#closed) return;
    if (blamed !== null && overdue) this.#fail(blamed, "check_timeout", "ran past its deadline");
    const suspects = blamed === null ? rest : overdue ? [] : [blamed];
    for (const task of suspects) task.losses++;
    const again = suspects === rest ? rest : [...rest, ...suspects];
    for (const task of again.filter((task) => task.losses >= MAX_LOSSES)) {
      this.#fail(task, "worker_lost", `its worker died ${MAX_LOSSES} times`);
    }
    this.#tasks.again(again.filter((task) => task.losses < MAX_LOSSES));
    this.#schedule();
  }

  #fail(task: PoolTask, code: PoolFault["code"], detail: string): void {
    this.#counters.tasks.add({ kind: task.request.kind, outcome: code });
    task.reject(new PoolFault(code, detail));
  }

  #spawn(): void {
    const { entry, workerData } = this.#options;
    const slot = new WorkerSlot(entry, workerData, this.#modules.clock.monotonicMs(), this.#events);
    this.#slots.add(slot);
    slot.ready.then(
      () => this.#schedule(),
      () => {
        // `ended` follows and replaces the worker.
      },
    );
  }

  /** A worker that got to work is replaced at once, one that did not after a growing delay. */
  #replace(slot: WorkerSlot, cause: string): void {
    this.#slots.delete(slot);
    if (this.#closed) return;
    if (!slot.proven) this.#failures++;
    this.#respawn(slot.proven ? 0 : this.#respawnDelay(), cause);
  }

  #respawnDelay(): number {
    const [first, most] = RESPAWN_MS;
    return Math.min(most, first * 2 ** (this.#failures - 1));
  }

  #respawn(delayMs: number, cause: string): void {
    this.#modules.log.warn("pool_worker_ended", { cause, respawn_in_ms: delayMs });
    if (this.#failures >= HOPELESS && this.#slots.size === 0) this.#giveUp();
    const timer = setTimeout(() => {
      this.#respawns.delete(timer);
      try {
        this.#spawn();
      } catch (error) {
        this.#failures++;
        this.#respawn(this.#respawnDelay(), causeText(error));
      }
    }, delayMs);
    this.#respawns.add(timer);
  }

  #giveUp(): void {
    for (const task of this.#tasks.takeAll()) this.#fail(task, "worker_lost", "no worker can be started");
  }
}
