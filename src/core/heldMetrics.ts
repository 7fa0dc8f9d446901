import type { Clock } from "./clock.ts";
import { HeldGauge } from "./heldGauge.ts";
import { HeldGroup, type Labels } from "./heldGroup.ts";
import type { Counter, Gauge, Histogram, Metrics } from "./metrics.ts";

/** Counted in a group before any of it is shown. */
export const SHOWN_TOGETHER = 500;
/** How far apart the moments are at which anything is shown, ms. */
export const SHOWN_EVERY_MS = 60_000;
/** Counts or observations that a group holds at most; then it is shown at once: so many tell nothing of a single one. */
const HELD_MOST = 4096;

/** The group of what has these labels; null where nothing need be hidden, and it is shown at once. A handful of groups. */
export type GroupOf = (labels: Readonly<Labels>) => string | null;

/**
 * Metrics of what must not be seen one by one: everybody can read them, and one that moved with every check would tell a
 * miner which of its answers was drawn. Counts and observations of a group are held until 500 are counted, and all shown
 * at the next full minute, so that the moment tells nothing either; what is shown is exact. A gauge shows each minute the
 * least that it was in it: work that piles up shows, a single piece does not.
 */
export class HeldMetrics implements Metrics {
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #groupOf: GroupOf;
  readonly #groups = new Map<string, HeldGroup>();
  readonly #gauges: Map<string, HeldGauge>[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(metrics: Metrics, clock: Clock, groupOf: GroupOf) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#groupOf = groupOf;
  }

  counter(name: string, help: string, labels?: readonly string[]): Counter {
    const shown = this.#metrics.counter(name, help, labels);
    return {
      add: (values = {}, by = 1) => {
        const group = this.#groupOf(values);
        if (group === null) shown.add(values, by);
        else this.#hold(group, (held) => held.count(shown, values, by));
      },
    };
  }

  histogram(name: string, help: string, labels?: readonly string[], buckets?: readonly number[]): Histogram {
    const shown = this.#metrics.histogram(name, help, labels, buckets);
    return {
      observe: (value, values = {}) => {
        const group = this.#groupOf(values);
        if (group === null) shown.observe(value, values);
        else this.#hold(group, (held) => held.observe(shown, values, value));
      },
    };
  }

  gauge(name: string, help: string, labels?: readonly string[]): Gauge {
    const shown = this.#metrics.gauge(name, help, labels);
    const all = new Map<string, HeldGauge>();
    this.#gauges.push(all);
    return {
      set: (value, values = {}) => {
        const key = JSON.stringify(values);
        const gauge = all.get(key) ?? new HeldGauge(shown, values);
        all.set(key, gauge);
        if (this.#groupOf(values) === null) gauge.set(value);
        else {
          gauge.hold(value);
          if (!gauge.isSettled) this.#arm();
        }
      },
    };
  }

  #hold(name: string, add: (group: HeldGroup) => void): void {
    const group = this.#groups.get(name) ?? new HeldGroup();
    this.#groups.set(name, group);
    add(group);
    if (group.held >= HELD_MOST) group.show();
    else if (group.counted >= SHOWN_TOGETHER) this.#arm();
  }

  #arm(): void {
    if (this.#timer !== null) return;
    const waitMs = SHOWN_EVERY_MS - (this.#clock.monotonicMs() % SHOWN_EVERY_MS);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#step();
    }, waitMs).unref();
  }

  #step(): void {
    for (const group of this.#groups.values()) if (group.counted >= SHOWN_TOGETHER) group.show();
    const gauges = this.#gauges.flatMap((all) => [...all.values()]);
    for (const gauge of gauges) gauge.step();
    if (gauges.some(({ isSettled }) => !isSettled)) this.#arm();
  }
}
