import { BoundedQueue } from "../core/queue/boundedQueue.ts";
import type { PoolTaskKind } from "../flow/pool.ts";
import type { PoolTask } from "./workerSlot.ts";

/**
 * What goes first: a client waits for a signature or an index, and nobody for a check. But no kind goes twice in a row while
 * another waits: checks that starve end in refusals, and a signature waits for one batch of them at most.
 */
const priority: readonly PoolTaskKind[] = ["signature", "index", "render", "check", "proofs"];
/** A batch should not hold its worker for longer, ms: the time that a signature may have to wait for it. */
const BATCH_MS = 8;
/** Less than this is not spread over more workers, ms: waking a thread costs about as much as a signature. */
const SPREAD_MS = 1;
/** How much a new measurement counts in the mean time of a kind. */
const BLEND = 0.2;

/** Tasks that wait for a worker: a bounded queue a kind, and before them what has to run again. */
export class TaskQueue {
  readonly #queues: ReadonlyMap<PoolTaskKind, BoundedQueue<PoolTask>>;
  /** Bounded by what can be running at once. */
  readonly #again: PoolTask[] = [];
  readonly #batch: number;
  #last: PoolTaskKind | null = null;
  /** Mean time of one task, ms; the starting values are replaced by what is measured. */
  readonly #meanMs: Record<PoolTaskKind, number> = {
    signature: 0.25,
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
  push(job: PoolTask): boolean {
    return this.#queues.get(job.task.kind)?.push(job) ?? false;
  }

  again(jobs: readonly PoolTask[]): void {
    this.#again.push(...jobs);
  }

  measured(kind: PoolTaskKind, tasks: number, elapsedMs: number): void {
    this.#meanMs[kind] += BLEND * (elapsedMs / tasks - this.#meanMs[kind]);
  }

  /** The next batch, all of one kind, for one of `idle` workers; a job whose worker died runs alone. */
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

  /** Everything that waits, for a pool that cannot run it. */
  takeAll(): PoolTask[] {
    const all = this.#again.splice(0);
    for (const queue of this.#queues.values()) {
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) all.push(job);
    }
    return all;
  }

  #takeAgain(first: PoolTask): PoolTask[] {
    const { kind } = first.task;
    const differs = (job: PoolTask): boolean => job.task.kind !== kind || job.losses > 0;
    const stop = this.#again.findIndex(differs);
    const most = stop === -1 ? this.#limit(kind) : Math.min(stop, this.#limit(kind));
    return this.#again.splice(0, Math.max(1, most));
  }

  #takeFrom(queue: BoundedQueue<PoolTask>, kind: PoolTaskKind, idle: number): PoolTask[] {
    const worthwhile = Math.ceil(SPREAD_MS / Math.max(this.#meanMs[kind], 1e-6));
    const count = Math.min(this.#limit(kind), Math.max(worthwhile, Math.ceil(queue.length / idle)));
    const jobs: PoolTask[] = [];
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
      jobs.push(job);
      if (jobs.length >= count) break;
    }
    return jobs;
  }

  #limit(kind: PoolTaskKind): number {
    const fitting = Math.floor(BATCH_MS / Math.max(this.#meanMs[kind], 1e-6));
    return Math.max(1, Math.min(this.#batch, fitting));
  }
}
