import { isEnded, moved, newPlan } from "../../../src/chain/subtensor/weights/plan.ts";
import type { Chain, UidWeight, WeightOrder } from "../../../src/flow/chain.ts";
import { heldOrder } from "../../../src/flow/heldOrder.ts";
import type { Store } from "../../../src/flow/store.ts";
import type { WeightPlan } from "../../../src/flow/weightPlan.ts";
import { factsOf } from "../invariants/facts.ts";
import { miners, type Outside, TEMPO, validator } from "./outside.ts";

/**
 * A chain that remembers what it was sent, and the way of weights to it in small: the plan is on record before it is sent, and one that
 * may have been sent is looked for before it is sent again. The client of a real chain has tests of its own for every crash.
 */
export class RecordingChain implements Chain {
  readonly kind = "recording";
  readonly #store: Store;
  readonly #outside: Outside;

  constructor(store: Store, outside: Outside) {
    this.#store = store;
    this.#outside = outside;
  }

  block(): number {
    return this.#outside.block();
  }

  tempo(): number {
    return TEMPO;
  }

  miners() {
    return miners;
  }

  isRegistered(hotkey: string): boolean {
    return miners.some((miner) => miner.hotkey === hotkey);
  }

  async refresh(): Promise<void> {}

  async close(): Promise<void> {}

  async submitWeights(order: WeightOrder): Promise<readonly UidWeight[]> {
    const { held, changed } = heldOrder(order, miners);
    if ((await this.#store.weightPlan(order.period)) === null) {
      const place = { netuid: 0, mechanism: 0, hotkey: validator };
      await this.#store.saveWeightPlan(newPlan({ ...order, rows: held }, place, this.#at()));
    }
    return changed;
  }

  /** Sends what is planned, once. */
  async tick(): Promise<void> {
    for (const plan of await this.#store.openWeightPlans()) if (!isEnded(plan)) await this.#advance(plan);
  }

  async #advance(plan: WeightPlan): Promise<void> {
    const outside = this.#outside;
    await this.#store.saveWeightPlan(moved(plan, "submitted", this.#at()));
    const { period, rows } = plan;
    if (!factsOf(outside.facts, "sent").some((sent) => sent.period === period)) {
      await outside.at("before send");
      outside.note({ kind: "sent", period, rows });
      await outside.at("after send");
    }
    await this.#store.saveWeightPlan({
      ...moved(plan, "confirmed", this.#at()),
      confirmed_block: this.block(),
    });
  }

  #at() {
    return { block: this.block(), at: this.#outside.time.now };
  }
}
