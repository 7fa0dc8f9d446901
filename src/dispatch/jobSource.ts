import type { CustomerJob } from "../flow/job.ts";
import type { PushLane } from "../flow/lane.ts";
import type { Ids } from "./ids.ts";
import type { InFlightJob, Miner } from "./miner.ts";
import { type Work, WorkQueue } from "./work.ts";

/** Benchmarks that wait for another miner; past it one is dropped, for a new one is as good. */
const AGAIN_MAX = 4096;

/** What a miner gets next: a customer's job, a benchmark that another miner gave up, or a new one. */
export class JobSource {
  readonly #ids: Ids;
  readonly #customers: WorkQueue;
  readonly #again = new WorkQueue(AGAIN_MAX);
  readonly #dropped: (why: "queue_full") => void;

  constructor(ids: Ids, queuedMax: number, dropped: (why: "queue_full") => void) {
    this.#ids = ids;
    this.#customers = new WorkQueue(queuedMax);
    this.#dropped = dropped;
  }

  /** Customer jobs that wait for a miner. */
  get queued(): number {
    return this.#customers.length;
  }

  addCustomer(customer: CustomerJob, lane: PushLane): void {
    const work: Work = { jobId: customer.jobId, lane, seed: 0n, customer, had: null };
    if (!this.#customers.push(work)) this.#dropped("queue_full");
  }

  /** A job for another miner than those that had it. A customer's is never dropped: it was taken before. */
  again(work: Work): void {
    if (work.customer !== null) this.#customers.unshift(work);
    else if (!this.#again.push(work)) this.#dropped("queue_full");
  }

  /** Jobs that were picked and not sent, to where they came from and in their order; a new benchmark is let go. */
  takeBack(flights: readonly InFlightJob[]): void {
    for (const { work } of flights.toReversed()) this.putBack(work);
  }

  putBack(work: Work): void {
    if (work.customer !== null) this.#customers.unshift(work);
    else if (work.had !== null) this.#again.unshift(work);
  }

  /** Null when there is nothing that this miner could do. */
  take(miner: Miner): Work | null {
    const serves = (lane: PushLane): boolean => miner.serves(lane);
    const waiting =
      (this.#customers.length > 0 ? this.#customers.takeFor(miner.hotkey, serves) : null) ??
      (this.#again.length > 0 ? this.#again.takeFor(miner.hotkey, serves) : null);
    if (waiting !== null) return waiting;
    const lane = miner.nextLane();
    if (lane === null) return null;
    return { jobId: this.#ids.jobId(), lane, seed: this.#ids.seed(), customer: null, had: null };
  }
}
