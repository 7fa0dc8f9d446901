import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import type { Chain, UidWeight } from "../flow/chain.ts";
import { periodOf, type SignedVector } from "../flow/weights.ts";

export interface HandInModules {
  readonly chain: Pick<Chain, "submitWeights">;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Sends vectors to the chain, and remembers which rows of the last one could not be paid. */
export class HandIn {
  readonly #modules: HandInModules;
  readonly #leftOut: Counter;
  #last: { readonly period: number; readonly leftOut: number } | null = null;

  constructor(modules: HandInModules) {
    this.#modules = modules;
    this.#leftOut = modules.metrics.counter(
      "assay_weight_rows_left_out_total",
      "Rows of signed vectors not sent: their uid had another hotkey, or none, by then",
    );
  }

  /** Whether anything was to be sent: the chain takes uids with weight, and without any it keeps its previous weights. */
  async send(vector: SignedVector): Promise<boolean> {
    const rows = vector.weights.filter(({ uid, u16 }) => uid !== null && u16 > 0);
    if (rows.length === 0) return false;
    const named = rows.flatMap(({ uid, hotkey, u16 }): UidWeight[] =>
      uid === null || hotkey === null ? [] : [{ uid, hotkey, u16 }],
    );
    const changed = await this.#modules.chain.submitWeights(named);
    this.#note(periodOf(vector), rows.length - named.length + changed.length, changed);
    return true;
  }

  /** What the operator must know about the last vector that was sent; null when all of it was. */
  fault(): string | null {
    if (this.#last === null || this.#last.leftOut === 0) return null;
    const { period, leftOut } = this.#last;
    return `${leftOut} ${leftOut === 1 ? "row" : "rows"} of the vector of period ${period} were left out when it was sent, since their uid had another hotkey, or none, by then`;
  }

  #note(period: number, leftOut: number, changed: readonly UidWeight[]): void {
    this.#last = { period, leftOut };
    if (leftOut === 0) return;
    this.#leftOut.add({}, leftOut);
    for (const { uid, hotkey, u16 } of changed)
      this.#modules.log.warn("weight_row_left_out", { period, uid, hotkey, u16 });
  }
}
