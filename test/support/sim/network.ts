import { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { type LineSink, Trace } from "../../../sim/engine/trace.ts";
import { SimWorld } from "../../../sim/engine/world.ts";
import { Network } from "../../../sim/network/network.ts";
import type { SimMiner } from "../../../sim/network/simMiner.ts";
import type { Scenario } from "../../../sim/scenario.ts";

/** A scenario whose network is looked at as it runs. */
export class WatchedNetwork {
  readonly world = new SimWorld();
  readonly network: Network;
  readonly #scenario: Scenario;

  constructor(scenario: Scenario, options: { readonly seed?: number; readonly sink?: LineSink } = {}) {
    const { seed = 1, sink = null } = options;
    this.#scenario = scenario;
    const trace = new Trace(sink, true);
    this.network = new Network(scenario, this.world, { random: new SeededRandom(seed), trace });
    this.network.begin();
  }

  /** Up to a moment, ms; the whole scenario without one. */
  async run(until = this.#scenario.duration_ms): Promise<void> {
    await this.world.run(until, () => true);
  }

  miner(name: string): SimMiner {
    const found = this.network.miners.find((miner) => miner.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  }

  /** Jobs that the first validator lets a miner have at once; null while it has none. */
  cap(name: string): number | null {
    return this.network.validators[0]?.capOf(this.miner(name)) ?? null;
  }
}
