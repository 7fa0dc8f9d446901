import type { Counter, Gauge, Histogram, Metrics } from "../../core/metrics.ts";

/** Metrics of the proof verifier. */
export interface ProofMeasures {
  readonly verified: Counter;
  readonly faults: Counter;
  readonly overflowed: Counter;
  readonly pending: Gauge;
  readonly overflow: Gauge;
  readonly seconds: Histogram;
  readonly batch: Histogram;
}

/** From a batch of one to the largest, doubling as the sizes do. */
const BATCH_BUCKETS = [1, 2, 4, 8, 16, 32];
/** From one proof on an idle machine to a minute of backlog. */
const SECONDS_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60];

export function proofMeasures(metrics: Metrics): ProofMeasures {
  return {
    verified: metrics.counter("assay_proofs_verified_total", "Sampled answers with a verdict", [
      "lane",
      "outcome",
    ]),
    faults: metrics.counter("assay_proof_faults_total", "Checks of answers that ended in error", [
      "lane",
      "code",
    ]),
    overflowed: metrics.counter("assay_proofs_overflowed_total", "Answers that found verification full", [
      "lane",
    ]),
    pending: metrics.gauge("assay_proofs_pending", "Verification units of pending answers"),
    overflow: metrics.gauge("assay_proofs_overflow", "Answers that wait for room in verification"),
    seconds: metrics.histogram(
      "assay_proof_seconds",
      "Time from an answer's arrival at verification to its verdict",
      ["lane"],
      SECONDS_BUCKETS,
    ),
    batch: metrics.histogram("assay_proof_batch", "Answers checked together", ["lane"], BATCH_BUCKETS),
  };
}
