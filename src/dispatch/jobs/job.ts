import type { CustomerJob } from "../../flow/job.ts";
import type { JobInput, JobTask, PushLane } from "../../flow/lane.ts";

/** Something to be done, however many miners it takes. */
export interface Job {
  readonly jobId: string;
  readonly lane: PushLane;
  /** Of a benchmark: what its input is made from again when another miner gets it. */
  readonly seed: bigint;
  /** Null for a benchmark. */
  readonly customer: CustomerJob | null;
  /** Miners that have had it; null before the first gave it up. */
  had: Set<string> | null;
}

/** What is asked: a customer's own input, or the seed's. Null when the lane makes no benchmarks. */
export function taskOf(job: Job): JobTask | null {
  return job.customer ?? job.lane.issue(job.seed);
}

/** About how many bytes an input takes on the wire. */
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
