import type { Counter, Metrics } from "../../core/metrics.ts";

/** Counts ends that the store can never take: their work ends void, and whatever followed from the verdict is lost. */
export function lostEnds(metrics: Metrics, of: "submission" | "job"): Counter {
  return metrics.counter(`assay_${of}_ends_lost_total`, `Ends of a ${of} that could not be recorded`, [
    "lane",
  ]);
}
