import type { Timeline } from "../../../sim/engine/timeline.ts";
import type { Chain, ChainMiner, UidWeight, WeightOrder } from "../../../src/flow/chain.ts";
import { BLOCK_MS, TEMPO } from "./options.ts";

const FIRST_BLOCK = 100_000;

/** The height by the true time, ms of the run. */
export function trueBlock(ms: number): number {
  return FIRST_BLOCK + Math.floor(ms / BLOCK_MS);
}

/** The chain as one process sees it: `late` blocks behind. */
export class NodeChain implements Chain {
  readonly kind = "model";
  readonly #line: Timeline;
  readonly #miners: readonly ChainMiner[];
  readonly #late: number;

  constructor(line: Timeline, miners: readonly ChainMiner[], late: number) {
    this.#line = line;
    this.#miners = miners;
    this.#late = late;
  }

  block(): number {
    return trueBlock(this.#line.now) - this.#late;
  }

  tempo(): number {
    return TEMPO;
  }

  miners(): readonly ChainMiner[] {
    return this.#miners;
  }

  isRegistered(hotkey: string): boolean {
    return this.#miners.some((miner) => miner.hotkey === hotkey);
  }

  async refresh(): Promise<void> {}

  async submitWeights(_order: WeightOrder): Promise<readonly UidWeight[]> {
    return [];
  }

  async close(): Promise<void> {}
}
