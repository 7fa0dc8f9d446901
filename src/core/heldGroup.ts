import type { Counter, Histogram } from "./metrics.ts";

export type Labels = Record<string, string>;

interface Sum {
  readonly labels: Labels;
  by: number;
}

interface Observation {
  readonly histogram: Histogram;
  readonly labels: Labels;
  readonly value: number;
}

/** Counts and observations that are shown together. Sums are bounded by the labels' values, observations by whoever shows them. */
export class HeldGroup {
  readonly #sums = new Map<Counter, Map<string, Sum>>();
  #observations: Observation[] = [];
  #counted = 0;

  /** What its counters count since the last time. */
  get counted(): number {
    return this.#counted;
  }

  /** Counts or observations, whichever are more. */
  get held(): number {
    return Math.max(this.#counted, this.#observations.length);
  }

  count(counter: Counter, labels: Labels, by: number): void {
    this.#counted += by;
    const sums = this.#sums.get(counter) ?? new Map<string, Sum>();
    this.#sums.set(counter, sums);
    const key = JSON.stringify(labels);
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, { labels, by });
    else sum.by += by;
  }

  observe(histogram: Histogram, labels: Labels, value: number): void {
    this.#observations.push({ histogram, labels, value });
  }

  /** Shows everything, and holds nothing. */
  show(): void {
    for (const [counter, sums] of this.#sums)
      for (const { labels, by } of sums.values()) counter.add(labels, by);
    for (const { histogram, labels, value } of this.#observations) histogram.observe(value, labels);
    this.#sums.clear();
    this.#observations = [];
    this.#counted = 0;
  }
}
