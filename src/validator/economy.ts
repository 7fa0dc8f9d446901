import type { Config } from "../config/schema.ts";
import { liveEconomics } from "../economics/live.ts";
import { answersPerTempo, type Delivered } from "../economics/volume.ts";
import type { Chain, ChainMiner } from "../flow/chain.ts";
import type { Lane } from "../flow/lane.ts";
import type { Store } from "../flow/store.ts";
import type { Status } from "../http/handlers.ts";

type Economics = Status["economics"];

export interface EconomyParts {
  readonly chain: Pick<Required<Chain>, "block" | "tempo" | "registered">;
  readonly config: Config;
  /** The validator's. */
  readonly hotkey: string;
  readonly lanes: ReadonlyMap<string, Lane>;
  readonly store: Pick<Store, "miners">;
}

const PAGE = 500;

/** The economics of the network on live numbers. The stakes are the chain's; the volume is read again on a timer. */
export class Economy {
  readonly #parts: EconomyParts;
  #jobsPerTempo: number | null = null;
  /** What was computed last, and the list and volume that it was computed from. */
  #last: { neurons: readonly ChainMiner[] | null; jobs: number | null; document: Economics } | null = null;

  constructor(parts: EconomyParts) {
    this.#parts = parts;
  }

  /** Reads what the miners delivered. With the height unknown the last figure stays. */
  async refresh(): Promise<void> {
    const { chain } = this.#parts;
    const block = chain.block();
    if (block !== null) this.#jobsPerTempo = answersPerTempo(await this.#delivered(), block, chain.tempo());
  }

  /** Null on a chain without stakes. A list of some thousand hotkeys takes milliseconds, so that it is done once per list. */
  document(): Economics {
    const neurons = this.#parts.chain.registered();
    const jobs = this.#jobsPerTempo;
    if (this.#last?.neurons !== neurons || this.#last.jobs !== jobs)
      this.#last = { neurons, jobs, document: this.#compute(neurons) };
    return this.#last.document;
  }

  #compute(neurons: readonly ChainMiner[] | null): Economics {
    const { chain, config, hotkey, lanes } = this.#parts;
    return liveEconomics({
      neurons,
      validator: hotkey,
      lanes: [...lanes.values()].map(({ name, policy: { rate, penalty } }) => ({
        ...{ lane: name, rate: Number(rate.num) / Number(rate.den), penalty },
      })),
      strikes: config.judge.strikes,
      suspensionTempos: config.judge.suspension_tempos,
      tempoBlocks: chain.tempo(),
      blockSeconds: config.chain.block_ms / 1000,
      jobsPerTempo: this.#jobsPerTempo,
    });
  }

  /** As many miners as judge remembers, at most. */
  async #delivered(): Promise<Delivered[]> {
    const { store, config } = this.#parts;
    const found: Delivered[] = [];
    let after: string | null = null;
    while (found.length < config.judge.history) {
      const page = await store.miners(after, PAGE);
      for (const { firstSeen, lastSeen, counts } of page)
        found.push({ firstSeen, lastSeen, accepted: counts.accepted });
      after = page.at(-1)?.hotkey ?? null;
      if (page.length < PAGE) break;
    }
    return found;
  }
}
