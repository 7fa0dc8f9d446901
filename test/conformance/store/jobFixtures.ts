import { sha256Hex } from "../../../src/core/hash.ts";
import type { DrawGroup } from "../../../src/flow/draw.ts";
import type { CustomerJob, SampledEnd, WorkBucket, WorkDelta } from "../../../src/flow/job.ts";
import type { QueueBounds, Store } from "../../../src/flow/store.ts";
import type { StrikeRecord } from "../../../src/flow/strike.ts";
import { EPOCH } from "./fixtures.ts";

/** Length of a bucket of work, ms. */
export const BUCKET = 300_000;
/** A moment at which a bucket begins. */
export const T = 5_666_667 * BUCKET;

let made = 0;

export function newJobId(): string {
  made++;
  return `jb_${sha256Hex(`job ${made}`).slice(0, 32)}`;
}

export interface DrawnJob {
  readonly jobId: string;
  readonly hotkey: string;
  readonly sampled: boolean;
}

export function drawn(change: Partial<DrawnJob> = {}): DrawnJob {
  return { jobId: newJobId(), hotkey: "5Alice", sampled: true, ...change };
}

/** The draws of jobs of one epoch and lane, in order. */
export function groupOf(
  jobs: readonly DrawnJob[],
  change: Partial<Pick<DrawGroup, "epoch" | "lane">> = {},
): DrawGroup {
  const hotkeys = [...new Set(jobs.map(({ hotkey }) => hotkey))];
  const rows = jobs.map(
    ({ jobId, hotkey, sampled }) => `${hotkeys.indexOf(hotkey)} ${jobId} lane ${sampled ? 1 : 0}`,
  );
  return { epoch: EPOCH, lane: "groth16", hotkeys, rows, ...change };
}

/** Records the draw of one sampled job. */
export async function opened(
  store: Store,
  change: Partial<Omit<DrawnJob, "sampled"> & Pick<DrawGroup, "epoch" | "lane">> = {},
): Promise<string> {
  const { epoch = EPOCH, lane = "groth16", ...rest } = change;
  const job = drawn(rest);
  await store.recordDraws([groupOf([job], { epoch, lane })]);
  return job.jobId;
}

export function sampledEnd(jobId: string, change: Partial<SampledEnd> = {}): SampledEnd {
  return {
    jobId,
    epoch: EPOCH,
    lane: "groth16",
    hotkey: "5Alice",
    state: "accepted",
    verified: true,
    code: null,
    answerSha256: sha256Hex("answer"),
    credit: 8,
    at: T + 1,
    block: 100,
    strike: null,
    ...change,
  };
}

/** A strike for a job, as judge makes it. */
export function jobStrike(jobId: string, change: Partial<StrikeRecord> = {}): StrikeRecord {
  made++;
  const { hotkey = "5Alice", lane = "groth16" } = change;
  return {
    strikeId: `st_job${made}`,
    hotkey,
    lane,
    block: 120,
    at: T + 2,
    evidence: {
      work_id: jobId,
      receipt_id: null,
      answer_sha256: sha256Hex("answer"),
      draw: {
        ...{ epoch: EPOCH, lane, hotkey, work_id: jobId },
        ...{ class: "lane", rate: "20/500", x: "00ff00ff00ff00ff", sampled: true },
      },
      verdict: { outcome: "invalid", code: "proof_rejected" },
      checker: "groth16/1",
      rule: "judge/1",
      exhibit: { kind: "square", input: { x: "3", list: ["1", "2"] }, answer: `{"proof":{}}` },
    },
    suspendUntil: 7320,
    ...change,
  };
}

/** An end that strikes its hotkey. */
export function struckEnd(
  jobId: string,
  change: Partial<SampledEnd> = {},
  struck: Partial<StrikeRecord> = {},
): SampledEnd {
  const { hotkey = "5Alice", lane = "groth16" } = change;
  const strike = jobStrike(jobId, { hotkey, lane, ...struck });
  return sampledEnd(jobId, { state: "rejected", code: "proof_rejected", ...change, strike });
}

export function delta(change: Partial<WorkDelta> = {}): WorkDelta {
  const base = { lane: "groth16", hotkey: "5Alice", at: T + 1, block: 100 };
  return { ...base, credit: 4, debit: 0, accepted: 1, failed: 0, ...change };
}

export function bucket(change: Partial<WorkBucket> = {}): WorkBucket {
  return { lane: "groth16", hotkey: "5Alice", start: T, credit: 4, debit: 0, results: 1, ...change };
}

/** The bound on queued jobs, of all and of each owner. */
export const atMost = (all: number, perOwner = all): QueueBounds => ({ all, perOwner });

export function customerJob(change: Partial<CustomerJob> = {}): CustomerJob {
  made++;
  return {
    jobId: newJobId(),
    owner: null,
    clientKey: `key ${made}`,
    lane: "groth16",
    kind: "square",
    input: { x: "3", list: ["1", "2"] },
    privateInput: null,
    createdAt: T,
    deadlineAt: T + 86_400_000,
    state: "queued",
    attempts: 0,
    answer: null,
    verified: null,
    hotkey: null,
    code: null,
    endedAt: null,
    ...change,
  };
}
