import type { Counter, Gauge, Histogram, Metrics } from "../core/metrics.ts";
import { type HoldReason, holdReasons } from "./bounds/holdReasons.ts";

/** The state of dispatch. */
export interface DispatchStats {
  /** Miners with a link, and those of them that dialled in. */
  readonly miners: number;
  readonly streams: number;
  /** Miners that could take a job now. */
  readonly ready: number;
  readonly inFlight: number;
  /** Of jobs in flight, and of answers that wait to be verified. */
  readonly bytes: number;
  /** The bound in force, or null. */
  readonly ceiling: number | null;
  /** Customer jobs waiting for a miner. */
  readonly queued: number;
  /** Why jobs are held back, or null. */
  readonly holdReason: HoldReason | null;
}

/** Metrics over all jobs and miners, never of a single one. */
export interface DispatchMeasures {
  readonly sent: Counter;
  readonly ended: Counter;
  readonly dropped: Counter;
  readonly refused: Counter;
  readonly unrecorded: Counter;
  readonly lost: Counter;
  readonly seconds: Histogram;
  readonly inFlight: Gauge;
  readonly bytes: Gauge;
  readonly ceiling: Gauge;
  readonly miners: Gauge;
  readonly ready: Gauge;
  readonly queued: Gauge;
  readonly held: Gauge;
}

export function makeDispatchMeasures(metrics: Metrics): DispatchMeasures {
  return {
    sent: metrics.counter("assay_dispatch_sent_total", "Jobs sent to miners", ["lane"]),
    ended: metrics.counter("assay_dispatch_ended_total", "Ends of jobs at a miner", ["lane", "end"]),
    dropped: metrics.counter("assay_dispatch_dropped_total", "Jobs given up", ["why"]),
    refused: metrics.counter("assay_dispatch_refused_frames_total", "Frames about jobs without effect", [
      "code",
    ]),
    unrecorded: metrics.counter("assay_dispatch_unrecorded_total", "Records that the store did not take", [
      "what",
    ]),
    lost: metrics.counter("assay_dispatch_miners_lost_total", "Miners lost with jobs in flight"),
    seconds: metrics.histogram(
      "assay_dispatch_answer_seconds",
      "From sending a job to its answer",
      ["lane"],
      // From an instant answer to the longest deadline.
      [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180],
    ),
    inFlight: metrics.gauge("assay_dispatch_in_flight", "Jobs in flight"),
    bytes: metrics.gauge(
      "assay_dispatch_in_flight_bytes",
      "Bytes of jobs in flight and of answers waiting for verification",
    ),
    ceiling: metrics.gauge("assay_dispatch_ceiling", "Bound on jobs in flight; 0 for none"),
    miners: metrics.gauge("assay_dispatch_miners", "Miners with a link"),
    ready: metrics.gauge("assay_dispatch_ready", "Miners that could take a job"),
    queued: metrics.gauge("assay_dispatch_queued", "Customer jobs waiting for a miner"),
    held: metrics.gauge("assay_dispatch_gate_shut", "1 while jobs are held back for it", ["gate"]),
  };
}

export function expose(measures: DispatchMeasures, stats: DispatchStats): void {
  measures.inFlight.set(stats.inFlight);
  measures.bytes.set(stats.bytes);
  measures.ceiling.set(stats.ceiling ?? 0);
  measures.miners.set(stats.miners);
  measures.ready.set(stats.ready);
  measures.queued.set(stats.queued);
  for (const gate of holdReasons) measures.held.set(gate === stats.holdReason ? 1 : 0, { gate });
}
