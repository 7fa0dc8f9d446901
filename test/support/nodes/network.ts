import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import type { SimWorld } from "../../../sim/engine/world.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { NudgeTopic } from "../../../src/flow/nudges.ts";
import { Listeners } from "../../../src/store/nudges.ts";
import type { OperationName } from "../../../src/store/sqlite/tables/operations.ts";
import type { SharedStore } from "./sharedStore.ts";
import type { SimProcess } from "./simProcess.ts";

/** A caller gives up on the store after this, ms. */
const PATIENCE_MS = 4000;

/** Shares of the calls that go wrong while the network is bad. */
const odds = { lostCall: 0.01, lostAnswer: 0.02, late: 0.02, lostNudge: 0.3 } as const;

const nudgeOf: Partial<Record<OperationName, NudgeTopic>> = {
  admit: "pending",
  decide: "standing",
  endSamples: "standing",
  suspend: "standing",
  release: "standing",
  addCustomerJob: "jobs",
  releaseCustomerJobs: "jobs",
  takeStream: "streams",
};

/**
 * The way of each process to the store. Calls take time of their own, so that they overtake each other; one may be lost, its answer
 * may be lost after its effect, and it may take effect long after its caller was told that the store is unavailable.
 */
export class Network {
  readonly #world: SimWorld;
  readonly #store: SharedStore;
  readonly #random: SeededRandom;
  readonly #cutOff = new Set<string>();
  readonly #heard = new Map<SimProcess, Listeners>();
  isBad = true;

  constructor(world: SimWorld, store: SharedStore, random: SeededRandom) {
    this.#world = world;
    this.#store = store;
    this.#random = random;
  }

  listenersOf(process: SimProcess): Listeners {
    const known = this.#heard.get(process) ?? new Listeners();
    this.#heard.set(process, known);
    return known;
  }

  forget(process: SimProcess): void {
    this.#heard.delete(process);
  }

  /** A process of the name reaches the store, or not. */
  cut(name: string): void {
    this.#cutOff.add(name);
  }

  heal(name: string): void {
    this.#cutOff.delete(name);
  }

  call(process: SimProcess, name: OperationName, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const way = this.#wayOf(process);
      if (way.givesUp)
        process.after(PATIENCE_MS, () =>
          reject(new AssayError({ code: "store_unavailable", retry_after_s: 1 })),
        );
      const { arrivesIn } = way;
      if (arrivesIn === null) return;
      this.#world.line.after(arrivesIn, () => {
        const isAnswered = !way.givesUp && !this.#cutOff.has(process.name);
        const answered = isAnswered ? "yes" : arrivesIn > PATIENCE_MS ? "late" : "no";
        const settle = this.#effect({ process: process.name, name, args, answered }, resolve, reject);
        if (isAnswered) process.after(this.#delay(), settle);
        else if (!way.givesUp)
          process.after(PATIENCE_MS, () =>
            reject(new AssayError({ code: "store_unavailable", retry_after_s: 1 })),
          );
      });
    });
  }

  #wayOf({ name }: SimProcess): { readonly arrivesIn: number | null; readonly givesUp: boolean } {
    const unit = this.#random.unit();
    if (this.#cutOff.has(name))
      return { arrivesIn: unit < 0.1 ? 3000 + 17_000 * unit * 10 : null, givesUp: true };
    if (!this.isBad || unit > odds.late + odds.lostAnswer + odds.lostCall)
      return { arrivesIn: this.#delay(), givesUp: false };
    if (unit < odds.late) return { arrivesIn: 2000 + 18_000 * this.#random.unit(), givesUp: true };
    if (unit < odds.late + odds.lostAnswer) return { arrivesIn: this.#delay(), givesUp: true };
    return { arrivesIn: null, givesUp: true };
  }

  #delay(): number {
    const { unit } = this.#random;
    if (!this.isBad) return 1 + 4 * unit();
    return unit() < 0.05 ? 100 + 1900 * unit() : 1 + 20 * unit();
  }

  #effect(
    call: Parameters<SharedStore["apply"]>[0],
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): () => void {
    try {
      const result = this.#store.apply(call);
      const topic = nudgeOf[call.name];
      if (topic !== undefined) this.#nudge(topic);
      return () => resolve(result);
    } catch (error) {
      return () => reject(error);
    }
  }

  #nudge(topic: NudgeTopic): void {
    for (const [process, listeners] of this.#heard) {
      if (this.isBad && this.#random.unit() < odds.lostNudge) continue;
      process.after(this.#delay(), () => listeners.tell(topic));
    }
  }
}
