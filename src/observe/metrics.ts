import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from "prom-client";
import type { Counter, Gauge, Histogram, Metrics } from "../core/metrics.ts";

const units = ["_total", "_seconds", "_bytes", "_count", "_ratio", "_blocks", "_info"];

/** As labels these would make a series per client. */
const unboundedLabels = new Set([
  "hotkey",
  "miner",
  "uid",
  "ip",
  "address",
  "challenge_id",
  "receipt_id",
  "work_id",
  "uuid",
  "path",
]);

const wellFormed = /^assay(_[a-z0-9]+)+$/;

/** Throws `RangeError` for a name without prefix and unit, or a label whose values have no bound. */
export function checkMetric(name: string, isCounter: boolean, labels: readonly string[]): void {
  if (!wellFormed.test(name)) throw new RangeError(`metric ${name}: want assay_ and lower-case words`);
  if (!units.some((unit) => name.endsWith(unit)))
    throw new RangeError(`metric ${name}: want a unit at its end`);
  if (isCounter !== name.endsWith("_total"))
    throw new RangeError(`metric ${name}: counters alone end in _total`);
  for (const label of labels) {
    if (unboundedLabels.has(label)) throw new RangeError(`metric ${name}: label ${label} has no bound`);
  }
}

/** Metrics behind core's port, with those of the process itself. */
export class MetricRegistry implements Metrics {
  readonly #registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
  }

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    checkMetric(name, true, labels);
    const made = new PromCounter({ name, help, labelNames: [...labels], registers: [this.#registry] });
    return { add: (values = {}, by = 1) => made.inc(values, by) };
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Gauge {
    checkMetric(name, false, labels);
    const made = new PromGauge({ name, help, labelNames: [...labels], registers: [this.#registry] });
    return { set: (value, values = {}) => made.set(values, value) };
  }

  histogram(
    name: string,
    help: string,
    labels: readonly string[] = [],
    buckets?: readonly number[],
  ): Histogram {
    checkMetric(name, false, labels);
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
