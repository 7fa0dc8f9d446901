import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { LaneKind } from "../../flow/claims.ts";
import type { CustomerJob } from "../../flow/job.ts";
import type { PushLane } from "../../flow/lane.ts";
import { isTaken, kindsTaken, slotsOf } from "../miners/capacity.ts";
import type { Miner } from "../miners/miner.ts";
import type { CustomerUpdates } from "../records/customerUpdates.ts";
import type { Job } from "./job.ts";
import { hadByAll, type JobSource } from "./jobSource.ts";

/** How often deadlines and waiting jobs are looked at, ms. */
const LOOK_MS = 1000;

export interface CustomerJobsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly lanes: ReadonlyMap<string, PushLane>;
  readonly source: JobSource;
  readonly updates: Pick<CustomerUpdates, "put" | "has" | "jobIds">;
  readonly miners: () => Iterable<Miner>;
  readonly expired: () => void;
}

/** Why a waiting job cannot be handed out here: no miner has its kind of work, or all that have it have had the job. */
export type Unserved = "no_miner" | "had_by_all";

interface OpenJob {
  readonly customer: CustomerJob;
  /** Null where this validator does not have its lane. */
  readonly job: Job | null;
  /** Monotonic ms, so that a step of the wall clock ends no job early. */
  readonly dueAt: number;
}

/**
 * Customer jobs that have not ended. A cancel or a deadline ends the job for its customer at once; a miner that is working on
 * it then is left alone, and is paid or punished for its answer as for that to a benchmark.
 */
export class CustomerJobs {
  readonly #parts: CustomerJobsParts;
  readonly #open = new Map<string, OpenJob>();
  #lookAt = Number.NEGATIVE_INFINITY;

  constructor(parts: CustomerJobsParts) {
    this.#parts = parts;
  }

  /** Takes a job that is already recorded. `isClaimed`: from a store that other processes share. */
  add(customer: CustomerJob, isClaimed = false): void {
    const { clock, log, lanes, source } = this.#parts;
    const { jobId, deadlineAt } = customer;
    const now = clock.monotonicMs();
    const lane = lanes.get(customer.lane);
    if (lane === undefined) log.error("job_of_no_lane", { job_id: jobId, lane: customer.lane });
    const job = lane === undefined ? null : source.addCustomer(customer, lane, now, isClaimed);
    // Past the bound it is left in the store until the next start.
    if (job === null && lane !== undefined) return;
    const dueAt = deadlineAt === null ? Number.POSITIVE_INFINITY : now + (deadlineAt - clock.nowMs());
    this.#open.set(jobId, { customer, job, dueAt });
  }

  /** Nothing more is to be done with the job: its end is recorded, or on its way to the store. */
  ended(jobId: string): void {
    const open = this.#open.get(jobId);
    this.#open.delete(jobId);
    if (open?.job) {
      open.job.isOver = true;
      this.#parts.source.remove(open.job);
    }
  }

  /** Nothing more is to be done here with any of them. */
  endAll(): void {
    for (const jobId of [...this.#open.keys()]) this.ended(jobId);
  }

  /** The ids of those that have not ended on record, as far as is known here. */
  inHand(): Set<string> {
    return new Set([...this.#open.keys(), ...this.#parts.updates.jobIds()]);
  }

  /** The ids of those that wait for a miner. */
  waiting(): string[] {
    return [...this.#parts.source.waiting()].flatMap(({ customer }) => customer?.jobId ?? []);
  }

  /** Those that wait for a miner in vain. What was tried before is on record. */
  unserved(): Map<string, Unserved> {
    const { source, updates, miners } = this.#parts;
    const found = new Map<string, Unserved>();
    for (const job of source.waiting()) {
      const jobId = job.customer?.jobId ?? "";
      if (updates.has(jobId)) continue;
      if (!isTaken(miners(), job)) found.set(jobId, "no_miner");
      else if (hadByAll(job, miners())) found.set(jobId, "had_by_all");
    }
    return found;
  }

  /** How many jobs the miners here may have at once, benchmarks included; counted up to `most`. */
  slots(most: number): number {
    return slotsOf(this.#parts.miners(), this.#parts.clock.monotonicMs(), most);
  }

  /** The kinds of work that miners here have. */
  kinds(): LaneKind[] {
    return kindsTaken(this.#parts.miners, this.#parts.lanes.values());
  }

  /** Ends jobs whose deadline has passed, and lets jobs that every miner here has had go round again. */
  tick(nowMs: number): void {
    if (nowMs < this.#lookAt) return;
    this.#lookAt = nowMs + LOOK_MS;
    for (const open of this.#open.values()) if (nowMs >= open.dueAt) this.#expire(open);
    this.#parts.source.renew(nowMs, this.#parts.miners);
  }

  #expire({ customer, job }: OpenJob): void {
    const { clock, updates, expired } = this.#parts;
    const { jobId } = customer;
    this.ended(jobId);
    expired();
    updates.put({
      ...{ jobId, attempts: job?.tries ?? customer.attempts, state: "expired", code: "deadline_passed" },
      ...{ answer: null, verified: null, hotkey: null, endedAt: clock.nowMs() },
    });
  }
}
