import type { SimSeries } from "../result.ts";
import type { Network } from "./network.ts";
import type { SimMiner } from "./simMiner.ts";

/** The most points of a series. */
export const POINTS = 240;

type Columns = Record<string, number[]>;

/** Records a point of every series at equal intervals; the number of points does not depend on the duration. */
export class Recorder {
  readonly #network: Network;
  readonly #t: number[] = [];
  readonly #profit: Columns = {};
  readonly #suspended: Columns = {};
  readonly #work: Columns = {};
  readonly #cap: Columns = {};
  readonly #rate: Record<string, (number | null)[]> = {};
  readonly #inFlight: Columns = {};
  readonly #backlog: Columns = {};
  readonly #answered = new Map<string, number>();

  constructor(network: Network) {
    this.#network = network;
  }

  take(nowMs: number): void {
    const { miners, validators } = this.#network;
    const sinceMs = nowMs - (this.#t.at(-1) ?? 0);
    this.#t.push(nowMs);
    for (const [strategy, group] of grouped(miners, ({ fleet }) => fleet.strategy.kind)) {
      put(
        this.#profit,
        strategy,
        mean(group, ({ counts }) => counts.income - counts.cost),
      );
      const out = group.filter(({ hotkey }) => validators.some((validator) => validator.isSuspended(hotkey)));
      put(this.#suspended, strategy, out.length);
    }
    for (const [fleet, group] of grouped(miners, ({ fleet }) => fleet.name))
      this.#takeFleet(fleet, group, sinceMs);
    for (const validator of validators) {
      const { spec, counts } = validator;
      const rates = this.#rate[spec.name] ?? [];
      this.#rate[spec.name] = rates;
      rates.push(counts.plain === 0 ? null : counts.plainSampled / counts.plain);
      put(this.#inFlight, spec.name, validator.inFlight());
      put(this.#backlog, spec.name, validator.backlog());
    }
  }

  series(): SimSeries {
    return {
      ...{ t: this.#t, profit: this.#profit, suspended: this.#suspended, work: this.#work, cap: this.#cap },
      ...{ rate: this.#rate, in_flight: this.#inFlight, backlog: this.#backlog },
    };
  }

  #takeFleet(fleet: string, group: readonly SimMiner[], sinceMs: number): void {
    const answered = group.reduce((sum, { counts }) => sum + counts.answered, 0);
    const before = this.#answered.get(fleet) ?? 0;
    this.#answered.set(fleet, answered);
    put(this.#work, fleet, sinceMs === 0 ? 0 : ((answered - before) * 60_000) / sinceMs / group.length);
    const [first] = this.#network.validators;
    put(
      this.#cap,
      fleet,
      mean(group, (miner) => first?.capOf(miner) ?? 0),
    );
  }
}

function put(columns: Columns, name: string, value: number): void {
  columns[name] ??= [];
  columns[name]?.push(Number(value.toPrecision(6)));
}

export function mean<T>(items: readonly T[], of: (item: T) => number): number {
  return items.length === 0 ? 0 : items.reduce((sum, item) => sum + of(item), 0) / items.length;
}

/** In the order in which the names first appear. */
export function grouped<T, K>(items: readonly T[], name: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(name(item)) ?? [];
    groups.set(name(item), group);
    group.push(item);
  }
  return groups;
}
