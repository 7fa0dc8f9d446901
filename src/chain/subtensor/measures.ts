import type { Metrics } from "../../core/metrics.ts";

/** What the adapter counts; endpoints by their place in the configuration, since their names are no small set of words. */
export interface ChainMeasures {
  request(outcome: "answered" | "failed"): void;
  disagreed(): void;
  switched(to: number): void;
  block(ageMs: number, driftMs: number | null): void;
  metagraph(ageMs: number | null, neurons: number): void;
}

export function chainMeasures(metrics: Metrics): ChainMeasures {
  const used = metrics.gauge(
    "assay_chain_endpoint_in_use",
    "Place of the endpoint in use in chain.endpoints, from 1; 0 while none is healthy",
  );
  const switches = metrics.counter("assay_chain_endpoint_switches_total", "Changes of the endpoint in use");
  const requests = metrics.counter("assay_chain_requests_total", "Requests to chain endpoints by outcome", [
    "outcome",
  ]);
  const disagreements = metrics.counter(
    "assay_chain_disagreements_total",
    "Finalised heights at which two endpoints gave different hashes",
  );
  const blockAge = metrics.gauge(
    "assay_chain_block_age_seconds",
    "Seconds since the latest finalised block arrived",
  );
  const drift = metrics.gauge(
    "assay_chain_clock_drift_seconds",
    "Seconds that this machine's clock is ahead of the chain's",
  );
  const metagraphAge = metrics.gauge(
    "assay_chain_metagraph_age_seconds",
    "Seconds since the metagraph in force was read",
  );
  const neurons = metrics.gauge("assay_chain_neurons", "Neurons of the subnet");
  return {
    request: (outcome) => requests.add({ outcome }),
    disagreed: () => disagreements.add(),
    switched: (to) => {
      used.set(to);
      switches.add();
    },
    block: (ageMs, driftMs) => {
      if (Number.isFinite(ageMs)) blockAge.set(ageMs / 1000);
      if (driftMs !== null) drift.set(driftMs / 1000);
    },
    metagraph: (ageMs, count) => {
      if (ageMs !== null) metagraphAge.set(ageMs / 1000);
      neurons.set(count);
    },
  };
}
