import {
  collectDefaultMetrics,
  Counter as PromCounter,
  Gauge as PromGauge,
  Histogram as PromHistogram,
  Registry,
} from "prom-client";
import type { Counter, Gauge, Histogram, Metrics } from "../core/metrics.ts";
import { checkMetric } from "./metricNames.ts";
import { Sums } from "./sums.ts";
import type { Tally } from "./tally.ts";

const none = {};

/** Gauges of the library under names that Prometheus keeps for counters; each is the sum of another one's series. */
const misnamed = [
  "nodejs_active_resources_total",
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
];

/** What a metric is, whether it was measured yet or not. */
export interface DeclaredMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly labels: readonly string[];
}

/** Metrics behind core's port, with those of the process itself. */
export class MetricRegistry implements Metrics {
  readonly #registry = new Registry();
  readonly #tally: Tally | null;

  /**
   * `tally` hears of the counters that are kept over time. `ofProcess`: whether the process's own are among them, which are observed,
   * and keep the registry, until it ends.
   */
  constructor(tally: Tally | null = null, { ofProcess = true } = {}) {
    this.#tally = tally;
    if (!ofProcess) return;
    collectDefaultMetrics({ register: this.#registry });
    for (const name of misnamed) this.#registry.removeSingleMetric(name);
  }

  counter(name: string, help: string, labels: readonly string[] = []): Counter {
    checkMetric(name, "counter", help, labels);
    const sums = new Sums(labels, (values) => made.inc(values, 0));
    const collect = (): void => {
      for (const sum of sums.all()) {
        made.inc(sum.labels, sum.value);
        sum.value = 0;
      }
    };
    const made = new PromCounter({
      ...{ name, help, labelNames: [...labels], registers: [this.#registry], collect },
    });
    const tap = this.#tally?.tapOf(name) ?? null;
    return {
      add: (values = none, by = 1) => {
        if (!(by >= 0)) throw new RangeError(`${name}: ${by} is no count`);
        sums.of(values).value += by;
        tap?.(values, by);
      },
    };
  }

  gauge(name: string, help: string, labels: readonly string[] = []): Gauge {
    checkMetric(name, "gauge", help, labels);
    const sums = new Sums(labels, (values) => made.set(values, 0));
    const collect = (): void => {
      for (const { labels: values, value } of sums.all()) made.set(values, value);
    };
    const made = new PromGauge({
      ...{ name, help, labelNames: [...labels], registers: [this.#registry], collect },
    });
    return {
      set: (value, values = none) => {
        sums.of(values).value = value;
      },
    };
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

  /** Everything registered, with its labels: an exposition shows these only once there is a series. */
  declared(): DeclaredMetric[] {
    // The library's type leaves out that every metric keeps the names of its labels.
    type Kept = ReturnType<Registry["getMetricsAsArray"]>[number] & {
      readonly labelNames?: readonly string[];
    };
    return (this.#registry.getMetricsAsArray() as Kept[]).map(({ name, type, help, labelNames = [] }) => ({
      ...{ name, help, labels: labelNames },
      type: String(type),
    }));
  }

  /** Prometheus text exposition of everything registered. */
  async expose(): Promise<{ contentType: string; body: string }> {
    return { contentType: this.#registry.contentType, body: await this.#registry.metrics() };
  }
}
