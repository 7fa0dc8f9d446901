import { BoundedQueue } from "../../core/queue/boundedQueue.ts";
import type { CustomerJob } from "../../flow/job.ts";
import type { PushLane } from "../../flow/lane.ts";
import type { Miner } from "../miners/miner.ts";
import type { Ids } from "./ids.ts";
import type { Job } from "./job.ts";

/** Benchmarks that wait for another miner; past it one is dropped, since a new one serves as well. */
const AGAIN_MAX = 4096;
/** How many waiting jobs are searched for one that a miner has not had: a bound on the work per slot. */
const LOOKED_AT = 8;
/** How many waiting jobs are looked at for a new round per call: each may ask about every miner. */
const RENEWED_AT = 64;
/** After a look in vain the next one comes after this, ms. */
const RENEW_AGAIN_MS = 5000;

export interface JobSourceOptions {
  /** Customer jobs that may wait. */
  readonly queuedMax: number;
  /** How long a job that every miner here has had waits before it may go to any of them again. */
  readonly againMs: number;
}

/** Picks a miner's next job: a customer's, a benchmark that another miner gave up, or a new benchmark. */
export class JobSource {
  readonly #ids: Ids;
  readonly #customers: BoundedQueue<Job>;
  readonly #again = new BoundedQueue<Job>(AGAIN_MAX);
  readonly #againMs: number;
  readonly #dropped: (why: "queue_full") => void;

  constructor(ids: Ids, { queuedMax, againMs }: JobSourceOptions, dropped: (why: "queue_full") => void) {
    this.#ids = ids;
    this.#customers = new BoundedQueue(queuedMax);
    this.#againMs = againMs;
    this.#dropped = dropped;
  }

  /** Customer jobs waiting for a miner. */
  get queued(): number {
    return this.#customers.length;
  }

  /**
   * Null when the queue is full. `isClaimed`: a process before may have handed it out, and may do so still: it gets a work id of
   * its own, since there is one draw per work id and hotkey.
   */
  addCustomer(customer: CustomerJob, lane: PushLane, nowMs: number, isClaimed: boolean): Job | null {
    const fresh = { seed: 0n, had: null, renewAt: nowMs + this.#againMs, isOver: false };
    const { kind } = customer;
    const jobId = isClaimed ? this.#ids.jobId() : customer.jobId;
    const job: Job = { jobId, lane, kind, customer, tries: customer.attempts, ...fresh };
    if (this.#customers.push(job)) return job;
    this.#dropped("queue_full");
    return null;
  }

  /** Queues a job for a miner that has not had it. A customer's is never dropped: it was accepted. */
  again(job: Job, nowMs: number): void {
    job.renewAt = nowMs + this.#againMs;
    if (job.customer !== null) this.#customers.unshift(job);
    else if (!this.#again.push(job)) this.#dropped("queue_full");
  }

  /** Puts a picked job that was not sent back where it came from; a new benchmark is dropped. */
  putBack(job: Job): void {
    if (job.customer !== null) this.#customers.unshift(job);
    else if (job.had !== null) this.#again.unshift(job);
  }

  /** The customer jobs that wait. */
  waiting(): Iterable<Job> {
    return this.#customers.values();
  }

  /** A customer's job that is over waits no longer. */
  remove(job: Job): void {
    this.#customers.remove(job);
  }

  /**
   * A customer's job that has waited and that every miner here has had may go to any of them again: otherwise it would wait
   * for a miner that may never come.
   */
  renew(nowMs: number, miners: () => Iterable<Miner>): void {
    let looked = 0;
    for (const job of this.#customers.values()) {
      if (job.had === null || nowMs < job.renewAt) continue;
      job.renewAt = nowMs + RENEW_AGAIN_MS;
      if (hadByAll(job, miners())) {
        job.had = null;
        job.jobId = this.#ids.jobId();
      }
      if (++looked >= RENEWED_AT) return;
    }
  }

  /** Null when there is no job for this miner. */
  take(miner: Miner): Job | null {
    const waiting = takeFor(miner, this.#customers) ?? takeFor(miner, this.#again);
    if (waiting !== undefined) return waiting;
    const lane = miner.nextLane();
    const kinds = lane === null ? [] : miner.kinds.benchmarksOf(lane);
    if (lane === null || kinds.length === 0) return null;
    const [jobId, seed] = [this.#ids.jobId(), this.#ids.seed()];
    const kind = kinds[kinds.length === 1 ? 0 : Number(seed % BigInt(kinds.length))] ?? "";
    const fresh = { customer: null, had: null, tries: 0, renewAt: 0, isOver: false };
    return { jobId, lane, kind, seed, ...fresh };
  }
}

function takeFor(miner: Miner, queue: BoundedQueue<Job>): Job | undefined {
  if (queue.length === 0) return undefined;
  return queue.takeFirst(LOOKED_AT, (job) => !job.had?.has(miner.hotkey) && miner.takes(job));
}

/** Whether every miner with a link that has its kind of work has had it; false when there is none. */
export function hadByAll(job: Job, miners: Iterable<Miner>): boolean {
  let isServed = false;
  for (const miner of miners) {
    if (miner.link === null || !miner.takes(job)) continue;
    if (!job.had?.has(miner.hotkey)) return false;
    isServed = true;
  }
  return isServed;
}
