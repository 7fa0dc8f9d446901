/** Counts up. Labels are low-cardinality words, never a hotkey. */
export interface Counter {
  add(labels?: Record<string, string>, by?: number): void;
}

export interface Gauge {
  set(value: number, labels?: Record<string, string>): void;
}

/** Observes seconds. */
export interface Histogram {
  observe(seconds: number, labels?: Record<string, string>): void;
}

/** Makes metrics; a name is registered once. Counters end in `_total`; what has a unit ends in it (`_seconds`, `_bytes`). */
export interface Metrics {
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram;
}

const nothing = { add() {}, set() {}, observe() {} };

/** Drops everything: for tests and offline commands. */
export const noMetrics: Metrics = {
  counter: () => nothing,
  gauge: () => nothing,
  histogram: () => nothing,
};
