import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from "prom-client";
import type { Counter, Gauge, Histogram, Metrics } from "../core/metrics.ts";
import { checkMetric } from "./metricNames.ts";
import type { Tally } from "./tally.ts";

/** Gauges of the library under names that Prometheus keeps for counters; each is the sum of another one's series. */
const misnamed = [
  "nodejs_active_resources_total",
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
];

/** Metrics behind core's port, with those of the process itself. */
export class MetricRegistry implements Metrics {
  readonly #registry = new Registry();
  readonly #tally: Tally | null;

  /** `tally` hears of the counters that are kept over time. */
  constructor(tally: Tally | null = null) {
    this.#tally = tally;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of misnamed) this.#registry.removeSingleMetric(name);
  }

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    checkMetric(name, "counter", help, labels);
    const made = new PromCounter({ name, help, labelNames: [...labels], registers: [this.#registry] });
    const tap = this.#tally?.tapOf(name) ?? null;
    if (tap === null) return { add: (values = {}, by = 1) => made.inc(values, by) };
    return {
      add: (values = {}, by = 1) => {
        made.inc(values, by);
        tap(values, by);
      },
    };
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Gauge {
    checkMetric(name, "gauge", help, labels);
    const made = new PromGauge({ name, help, labelNames: [...labels], registers: [this.#registry] });
    return { set: (value, values = {}) => made.set(values, value) };
  }

  histogram(
    name: string,
    help: string,
    labels: readonly string[] = [],
    buckets?: readonly number[],
  ): Histogram {
    checkMetric(name, "histogram", help, labels);
    const bounds = buckets === undefined ? {} : { buckets: [...buckets] };
    const made = new PromHistogram({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      ...bounds,
    });
    return { observe: (seconds, values = {}) => made.observe(values, seconds) };
  }

  /** Prometheus text exposition of everything registered. */
  async expose(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
