import type { ChainMiner } from "../../flow/chain.ts";
import type { Metagraph, Neuron } from "./node.ts";

/** The miners of a metagraph. */
export interface MinerList {
  readonly list: readonly ChainMiner[];
  readonly hotkeys: ReadonlySet<string>;
  /** Validators included. */
  readonly registered: readonly ChainMiner[];
}

const nobody: MinerList = { list: [], hotkeys: new Set(), registered: [] };

function minerOf({ uid, hotkey, coldkey, stake, permit, axon, lastUpdate, emission }: Neuron): ChainMiner {
  const paid = emission === undefined ? {} : { emission };
  return { uid, hotkey, coldkey, stake, permit, lastUpdate, ...paid, ...(axon ?? {}) };
}

/** Who mines: registered hotkeys without a validator permit, or all of them. */
export class Miners {
  readonly #validatorsMayMine: boolean;
  #of: Metagraph | null = null;
  #miners = nobody;

  constructor(validatorsMayMine: boolean) {
    this.#validatorsMayMine = validatorsMayMine;
  }

  of(metagraph: Metagraph | null): MinerList {
    if (metagraph === this.#of) return this.#miners;
    const neurons = metagraph?.neurons ?? [];
    const registered = neurons.map(minerOf);
    const list = registered.filter(({ permit }) => this.#validatorsMayMine || !permit);
    this.#of = metagraph;
    this.#miners = { list, hotkeys: new Set(list.map(({ hotkey }) => hotkey)), registered };
    return this.#miners;
  }
}
