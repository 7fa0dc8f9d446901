import type { Config } from "../config/schema.ts";
import { concurrencyOf, MAX_TRIES, pendingBounds, RETRY_MS, threadsOf } from "./stageOptions.ts";

/** Customer jobs that may wait for a miner; past it a submitted job is refused. */
export const QUEUED_MAX = 10_000;
/** A benchmark job is worth only a few attempts; a customer waits for its answer. */
const RETRIES = { customer: 20, benchmark: 5 } as const;
/** Jobs at once at a dialled miner, which does not state its capacity. */
export const DIAL_CAPACITY = 64;
/** Canaries: a broken verifier is noticed within a minute, at negligible cost. */
export const CANARY = { everyMs: 5000, lateMs: 60_000 } as const;
/** How long a miner that is lost keeps its jobs, whichever side dialled, ms. */
export const GRACE_MS = 10_000;
/** The most proofs checked together: past 32 batching saves little, and one invalid proof costs more. */
const BATCH_MAX = 32;

export function dispatcherOptions({ dispatch, jobs }: Config) {
  return {
    ceiling: dispatch.ceiling,
    bytesInFlight: dispatch.bytes_in_flight,
    retries: RETRIES,
    maxDeadlineMs: 180_000,
    reconnectGraceMs: GRACE_MS,
    queuedMax: QUEUED_MAX,
    againMs: jobs.again_s * 1000,
  };
}

export function tokensOptions({ jobs: { per_token } }: Config) {
  return { burst: per_token.burst, perSecond: per_token.per_s };
}

export function proofVerifierOptions(config: Config) {
  return {
    bound: pendingBounds(config).push,
    running: concurrencyOf(config),
    workers: threadsOf(config),
    batchMax: BATCH_MAX,
    maxTries: MAX_TRIES,
    retryMs: RETRY_MS,
  };
}
