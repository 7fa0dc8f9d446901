import type { Block } from "../node/block.ts";
import type { Chain } from "../node/chain.ts";
import type { State } from "../state/state.ts";
import type { Faults } from "./faults.ts";

/** What one endpoint sees of its chain: all of it, or a part where it lags or has forgotten. */
export class View {
  #chain: Chain;
  readonly #faults: Faults;
  #best: Block;
  #finalized: Block;
  #horizon: number;

  constructor(chain: Chain, faults: Faults) {
    this.#chain = chain;
    this.#faults = faults;
    this.#best = chain.best;
    this.#finalized = chain.finalized;
    this.#horizon = Number.POSITIVE_INFINITY;
  }

  get chain(): Chain {
    return this.#chain;
  }

  set chain(chain: Chain) {
    this.#chain = chain;
    this.refresh();
  }

  get best(): Block {
    return this.#best;
  }

  get finalized(): Block {
    return this.#finalized;
  }

  get genesis(): string {
    return this.#faults.genesis ?? this.#chain.genesis;
  }

  /** Looks at the chain again, as far as the endpoint follows it. */
  refresh(): void {
    const { lag } = this.#faults;
    if (lag !== "all") {
      this.#best = this.#chain.best;
      this.#horizon = this.#best.sequence;
    }
    if (lag === "none") this.#finalized = this.#chain.finalized;
  }

  /** The blocks that the endpoint knows, in the order in which they came. */
  blocks(): Block[] {
    return this.#chain.tree.all().filter(({ sequence }) => sequence <= this.#horizon);
  }

  block(hash: string): Block | null {
    const block = this.#chain.tree.get(hash);
    return block !== null && block.sequence <= this.#horizon ? block : null;
  }

  /** The hash of a height on the best branch; null where the endpoint has none. */
  hashAt(number: number): string | null {
    if (number === 0) return this.genesis;
    if (number > this.#best.number) return null;
    return this.#chain.tree.ancestor(this.#best, number)?.hash ?? null;
  }

  /** Null where the state is pruned. */
  state(block: Block): State | null {
    const { keepStates } = this.#faults;
    if (keepStates !== null && block.number <= this.#best.number - keepStates) return null;
    return this.#chain.state(block.hash);
  }
}
