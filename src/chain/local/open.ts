import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Chain, ChainAlarm, ChainMiner, UidWeight, WeightOrder } from "../../flow/chain.ts";
import { heldOrder } from "../../flow/heldOrder.ts";
import { parseMiners, readMiners } from "./miners.ts";

export interface LocalChainOptions {
  readonly blockMs: number;
  /** Unix time of block 0 in ms. */
  readonly genesisMs: number;
  /** Blocks per tempo. */
  readonly tempo: number;
  readonly miners: { readonly kind: "open" } | { readonly kind: "file"; readonly file: string };
}

/** The list of a miners file, and the text that it was read from. */
interface Listed {
  readonly text: string;
  readonly miners: readonly ChainMiner[];
  readonly hotkeys: ReadonlySet<string>;
}

function list(text: string, file: string): Listed {
  const miners = parseMiners(text, file);
  return { text, miners, hotkeys: new Set(miners.map((miner) => miner.hotkey)) };
}

/** A local stand-in for a chain: the height follows the clock, and miners are anyone or those of a file. */
class LocalChain implements Chain {
  readonly kind = "local";
  readonly #options: LocalChainOptions;
  readonly #modules: { readonly clock: Clock; readonly log: Log };
  #listed: Listed | null;
  /** The last refused version of the file, so that it is logged once. */
  #refused: string | null = null;
  /** Why the file as it is now is not in force; null when it is. */
  #fault: string | null = null;

  constructor(options: LocalChainOptions, modules: { clock: Clock; log: Log }, listed: Listed | null) {
    this.#options = options;
    this.#modules = modules;
    this.#listed = listed;
  }

  block(): number | null {
    const { blockMs, genesisMs } = this.#options;
    const height = Math.floor((this.#modules.clock.nowMs() - genesisMs) / blockMs);
    return height < 0 ? null : height;
  }

  tempo(): number {
    return this.#options.tempo;
  }

  miners(): readonly ChainMiner[] | null {
    return this.#listed?.miners ?? null;
  }

  isRegistered(hotkey: string): boolean {
    return this.#listed?.hotkeys.has(hotkey) ?? true;
  }

  /** Reads the file again; an unreadable or invalid version is logged, and the last good one stays in force. */
  async refresh(): Promise<void> {
    const { miners } = this.#options;
    if (miners.kind === "open") return;
    let text = "";
    try {
      text = await readMiners(miners.file);
      if (text === this.#listed?.text) this.#fault = null;
      if (text === this.#listed?.text || text === this.#refused) return;
      this.#listed = list(text, miners.file);
      this.#refused = null;
      this.#fault = null;
      this.#modules.log.info("chain_miners_changed", { miners: this.#listed.miners.length });
    } catch (error) {
      const isNews = text !== this.#refused;
      this.#refused = text;
      this.#fault = causeText(error);
      if (isNews) this.#modules.log.error("chain_miners_refused", { cause: causeText(error) });
    }
  }

  alarms(): readonly ChainAlarm[] {
    if (this.#fault === null) return [];
    const text = `the list of miners is the last good one, since its file is refused: ${this.#fault}`;
    return [{ name: "miners_refused", text }];
  }

  async submitWeights(order: WeightOrder): Promise<readonly UidWeight[]> {
    await this.refresh();
    return heldOrder(order, this.miners()).changed;
  }

  async close(): Promise<void> {}
}

/** Opens the local chain. Throws `file_unreadable` or `config_invalid` when its miners file is missing or wrong. */
export async function openLocalChain(
  options: LocalChainOptions,
  modules: { clock: Clock; log: Log },
): Promise<Chain> {
  if (!(options.blockMs > 0)) throw new RangeError(`local chain: block of ${options.blockMs} ms`);
  if (!(options.tempo >= 1)) throw new RangeError(`local chain: tempo of ${options.tempo} blocks`);
  const { miners } = options;
  const listed = miners.kind === "file" ? list(await readMiners(miners.file), miners.file) : null;
  return new LocalChain(options, modules, listed);
}
