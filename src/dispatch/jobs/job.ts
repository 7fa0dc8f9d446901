import type { CustomerJob } from "../../flow/job.ts";
import type { JobInput, JobTask, PushLane } from "../../flow/lane.ts";

/** A job that may go to several miners in turn. */
export interface Job {
  /** The work id. A customer's job gets another with each new round: there is one draw per work id and hotkey. */
  jobId: string;
  readonly lane: PushLane;
  readonly kind: string;
  /** Of a benchmark: its input is made again from this for another miner. */
  readonly seed: bigint;
  /** Null for a benchmark. */
  readonly customer: CustomerJob | null;
  /** Miners that have had it since it last began its round; null before a miner gave it up. */
  had: Set<string> | null;
  /** How many miners have had it, in all rounds and before a restart. */
  tries: number;
  /** When a job that waits is next looked at for a new round; monotonic ms. */
  renewAt: number;
  /** Ended for its customer, while a miner may still have it. */
  isOver: boolean;
}

/** The task: with a customer's own input, or the seed's. Null when the lane makes no benchmarks. */
export function taskOf(job: Job): JobTask | null {
  return job.customer ?? job.lane.issue(job.seed, job.kind);
}

/** The approximate size of an input on the wire, bytes. */
export function sizeOf(input: JobInput): number {
  let size = 0;
  for (const name in input) {
    const value = input[name];
    size += name.length;
    if (typeof value === "string") size += value.length;
    else for (const item of value ?? []) size += item.length;
  }
  return size;
}
