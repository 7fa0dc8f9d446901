import type { Counter, Metrics } from "../../core/metrics.ts";

/** Counts ends that the store can never take: their work ends void, and whatever followed from the verdict is lost. */
export function lostEnds(metrics: Metrics): Counter {
  return metrics.counter("assay_ends_lost_total", "Ends of work that could not be recorded", ["lane"]);
}
