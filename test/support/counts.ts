import type { Metrics } from "../../src/core/metrics.ts";

/** Metrics that can be read back: counters by name, each a sum over its labels and one a label text. */
export class Counts implements Metrics {
  readonly #sums = new Map<string, number>();

  /** The sum of a counter, or of those of its labels that are named: `get("x_total", { kind: "check" })`. */
  get(name: string, labels: Record<string, string> = {}): number {
    let sum = 0;
    for (const [key, value] of this.#sums) {
      const [counter, text] = JSON.parse(key) as [string, Record<string, string>];
      const matches = Object.entries(labels).every(([label, want]) => text[label] === want);
      if (counter === name && matches) sum += value;
    }
    return sum;
  }

  counter(name: string) {
    return {
      add: (labels: Record<string, string> = {}, by = 1) => {
        const key = JSON.stringify([name, labels]);
        this.#sums.set(key, (this.#sums.get(key) ?? 0) + by);
      },
    };
  }

  gauge() {
    return { set() {} };
  }

  histogram() {
    return { observe() {} };
  }
}
