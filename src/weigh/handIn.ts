import type { Log } from "../core/log.ts";
import type { Counter, Metrics } from "../core/metrics.ts";
import type { Chain, UidWeight, WeightOrder } from "../flow/chain.ts";
import { periodOf, type SignedVector } from "../flow/weights.ts";

export interface HandInModules {
  readonly chain: Pick<Chain, "submitWeights">;
  readonly log: Log;
  readonly metrics: Metrics;
}

export type HandedIn =
  | "handed_in"
  /** Nobody has a weight that the chain could take. */
  | "empty"
  /** The burn's share has nobody to go to. */
  | "withheld";

/**
 * What a vector asks of the chain, which takes uids with weight: null when that is nothing. `withheld` when the last row is a burn's
 * that has no uid: sent without it, its share would be spread over the miners.
 */
export function orderOf(vector: SignedVector, burns: boolean): WeightOrder | "withheld" | null {
  const rows = vector.weights.flatMap(({ uid, hotkey, u16 }): UidWeight[] =>
    uid === null || hotkey === null || u16 === 0 ? [] : [{ uid, hotkey, u16 }],
  );
  const burn = burns ? vector.weights.at(-1) : undefined;
  if (burn !== undefined && (burn.uid === null || burn.hotkey === null))
    return rows.length > 0 ? "withheld" : null;
  return rows.length === 0 ? null : { period: periodOf(vector), rows, burnHotkey: burn?.hotkey ?? null };
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

  /** Hands in what the chain can take; without anything it keeps its previous weights. `burns`: the last row is the burn's. */
  async send(vector: SignedVector, burns: boolean): Promise<HandedIn> {
    const order = orderOf(vector, burns);
    if (order === null) return "empty";
    if (order === "withheld") return "withheld";
    const changed = await this.#modules.chain.submitWeights(order);
    this.#note(order.period, changed);
    return "handed_in";
  }

  /** What the operator must know about the last vector that was sent; null when all of it was. */
  fault(): string | null {
    if (this.#last === null || this.#last.leftOut === 0) return null;
    const { period, leftOut } = this.#last;
    return `${leftOut} ${leftOut === 1 ? "row" : "rows"} of the vector of period ${period} were left out when it was sent, since their uid had another hotkey, or none, by then`;
  }

  #note(period: number, changed: readonly UidWeight[]): void {
    this.#last = { period, leftOut: changed.length };
    if (changed.length === 0) return;
    this.#leftOut.add({}, changed.length);
    for (const { uid, hotkey, u16 } of changed)
      this.#modules.log.warn("weight_row_left_out", { period, uid, hotkey, u16 });
  }
}
