import type { Counter, Metrics } from "../../core/metrics.ts";
import { REASONS_MAX, type ReasonCount, type ReasonKind, type ReasonLedger } from "../../flow/reasons.ts";

/** Sums reasons per miner until they are taken. */
export class ReasonTally implements ReasonLedger {
  readonly #dropped: Counter;
  #sums = new Map<string, ReasonCount>();

  constructor(metrics: Metrics) {
    this.#dropped = metrics.counter(
      "assay_reasons_dropped_total",
      "Refusals and ends that are missing in the counts per miner, since too many miners had one within a minute",
    );
  }

  add(hotkey: string, kind: ReasonKind, code: string): void {
    const key = `${hotkey} ${kind} ${code}`;
    const known = this.#sums.get(key);
    if (known === undefined && this.#sums.size >= REASONS_MAX) {
      this.#dropped.add();
      return;
    }
    this.#sums.set(key, { hotkey, kind, code, count: (known?.count ?? 0) + 1 });
  }

  take(): ReasonCount[] {
    const sums = [...this.#sums.values()];
    this.#sums = new Map();
    return sums;
  }
}
