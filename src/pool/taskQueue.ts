import { BoundedQueue } from "../core/queue/boundedQueue.ts";
import type { PoolTaskKind } from "../flow/pool.ts";
import type { PoolTask } from "./workerSlot.ts";

/**
 * Kinds in order of priority: a client waits for a signature or an index, nobody for a check. No kind is taken twice in a row
 * while another waits: starved checks would end in refusals, and a signature waits for one batch of checks at most.
 */
const priority: readonly PoolTaskKind[] = ["signature", "claim", "index", "render", "check", "proofs"];
/** The longest that a batch should hold its worker, ms: a signature may have to wait for it. */
const BATCH_MS = 8;
/** Less work than this is not spread over more workers, ms: waking a thread costs about as much as a signature. */
const SPREAD_MS = 1;
/** Weight of a new measurement in the mean time of a kind. */
const BLEND = 0.2;

/** Tasks waiting for a worker: a bounded queue per kind; tasks that must run again go first. */
export class TaskQueue {
  readonly #queues: ReadonlyMap<PoolTaskKind, BoundedQueue<PoolTask>>;
  /** Bounded by the tasks that run at once. */
  readonly #again: PoolTask[] = [];
  readonly #batch: number;
  #last: PoolTaskKind | null = null;
  /** Mean time of one task, ms; the starting values are replaced by measurements. */
  readonly #meanMs: Record<PoolTaskKind, number> = {
    signature: 0.25,
    claim: 0.25,
    index: 8,
    render: 1,
    check: 1,
    proofs: 20,
  };

  constructor(queueMax: number, batch: number) {
    this.#batch = batch;
    this.#queues = new Map(priority.map((kind) => [kind, new BoundedQueue<PoolTask>(queueMax)]));
  }

  get length(): number {
    let sum = this.#again.length;
    for (const queue of this.#queues.values()) sum += queue.length;
    return sum;
  }

  /** False when the queue of its kind is full. */
  push(task: PoolTask): boolean {
    return this.#queues.get(task.request.kind)?.push(task) ?? false;
  }

  again(tasks: readonly PoolTask[]): void {
    this.#again.push(...tasks);
  }

  measured(kind: PoolTaskKind, tasks: number, elapsedMs: number): void {
    this.#meanMs[kind] += BLEND * (elapsedMs / tasks - this.#meanMs[kind]);
  }

  /** The next batch, all of one kind, for one of `idle` workers; a task whose worker died runs alone. */
  take(idle: number): PoolTask[] {
    const first = this.#again[0];
    if (first !== undefined) return this.#takeAgain(first);
    const waiting = priority.filter((kind) => (this.#queues.get(kind)?.length ?? 0) > 0);
    const kind = waiting.find((candidate) => candidate !== this.#last) ?? waiting[0];
    const queue = kind === undefined ? undefined : this.#queues.get(kind);
    if (kind === undefined || queue === undefined) return [];
    this.#last = kind;
    return this.#takeFrom(queue, kind, idle);
  }

  /** Every waiting task, for a pool that cannot run them. */
  takeAll(): PoolTask[] {
    const all = this.#again.splice(0);
    for (const queue of this.#queues.values()) {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) all.push(task);
    }
    return all;
  }

  #takeAgain(first: PoolTask): PoolTask[] {
    const { kind } = first.request;
    const differs = (task: PoolTask): boolean => task.request.kind !== kind || task.losses > 0;
    const stop = this.#again.findIndex(differs);
    const most = stop === -1 ? this.#limit(kind) : Math.min(stop, this.#limit(kind));
    return this.#again.splice(0, Math.max(1, most));
  }

  #takeFrom(queue: BoundedQueue<PoolTask>, kind: PoolTaskKind, idle: number): PoolTask[] {
    const worthwhile = Math.ceil(SPREAD_MS / Math.max(this.#meanMs[kind], 1e-6));
    const count = Math.min(this.#limit(kind), Math.max(worthwhile, Math.ceil(queue.length / idle)));
    const tasks: PoolTask[] = [];
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
      tasks.push(task);
      if (tasks.length >= count) break;
    }
    return tasks;
  }

  #limit(kind: PoolTaskKind): number {
    const fitting = Math.floor(BATCH_MS / Math.max(this.#meanMs[kind], 1e-6));
    return Math.max(1, Math.min(this.#batch, fitting));
  }
}
