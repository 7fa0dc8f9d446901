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

/** Picks a miner's next job: a customer's, a benchmark that another miner gave up, or a new benchmark. */
export class JobSource {
  readonly #ids: Ids;
  readonly #customers: BoundedQueue<Job>;
  readonly #again = new BoundedQueue<Job>(AGAIN_MAX);
  readonly #dropped: (why: "queue_full") => void;

  constructor(ids: Ids, queuedMax: number, dropped: (why: "queue_full") => void) {
    this.#ids = ids;
    this.#customers = new BoundedQueue(queuedMax);
    this.#dropped = dropped;
  }

  /** Customer jobs waiting for a miner. */
  get queued(): number {
    return this.#customers.length;
  }

  addCustomer(customer: CustomerJob, lane: PushLane): void {
    const job: Job = { jobId: customer.jobId, lane, seed: 0n, customer, had: null };
    if (!this.#customers.push(job)) this.#dropped("queue_full");
  }

  /** Queues a job for a miner that has not had it. A customer's is never dropped: it was accepted. */
  again(job: Job): void {
    if (job.customer !== null) this.#customers.unshift(job);
    else if (!this.#again.push(job)) this.#dropped("queue_full");
  }

  /** Puts a picked job that was not sent back where it came from; a new benchmark is dropped. */
  putBack(job: Job): void {
    if (job.customer !== null) this.#customers.unshift(job);
    else if (job.had !== null) this.#again.unshift(job);
  }

  /** Null when there is no job for this miner. */
  take(miner: Miner): Job | null {
    const waiting = takeFor(miner, this.#customers) ?? takeFor(miner, this.#again);
    if (waiting !== undefined) return waiting;
    const lane = miner.nextLane();
    if (lane === null) return null;
    return { jobId: this.#ids.jobId(), lane, seed: this.#ids.seed(), customer: null, had: null };
  }
}

function takeFor(miner: Miner, queue: BoundedQueue<Job>): Job | undefined {
  if (queue.length === 0) return undefined;
  return queue.takeFirst(LOOKED_AT, (job) => !job.had?.has(miner.hotkey) && miner.serves(job.lane));
}
