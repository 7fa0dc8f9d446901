import type { Chain, ChainMiner, UidWeight, WeightOrder } from "../../src/flow/chain.ts";
import { heldOrder } from "../../src/flow/heldOrder.ts";
import type { Timeline } from "../engine/timeline.ts";

/** Height at the first moment; large enough for everything that happened before. */
export const FIRST_BLOCK = 3_600_000;

export interface ChainOptions {
  readonly blockMs: number;
  readonly tempo: number;
}

/** The height at a moment of the timeline. */
export function heightAt(ms: number, blockMs: number): number {
  return FIRST_BLOCK + Math.floor(ms / blockMs);
}

/** The chain of one validator: the height follows the clock, the miners are the network's, and submitted weights stay for the payout. */
export class ModelChain implements Chain {
  readonly kind = "model";
  /** The last submitted u16 weights by uid; null before the first. */
  handedIn: ReadonlyMap<number, number> | null = null;
  handIns = 0;
  readonly #line: Timeline;
  readonly #options: ChainOptions;
  readonly #miners: () => readonly ChainMiner[];

  constructor(line: Timeline, options: ChainOptions, miners: () => readonly ChainMiner[]) {
    this.#line = line;
    this.#options = options;
    this.#miners = miners;
  }

  block(): number {
    return heightAt(this.#line.now, this.#options.blockMs);
  }

  tempo(): number {
    return this.#options.tempo;
  }

  miners(): readonly ChainMiner[] {
    return this.#miners();
  }

  isRegistered(hotkey: string): boolean {
    return this.#miners().some((miner) => miner.hotkey === hotkey);
  }

  async refresh(): Promise<void> {}

  async submitWeights(order: WeightOrder): Promise<readonly UidWeight[]> {
    const { held, changed } = heldOrder(order, this.#miners());
    this.handIns++;
    this.handedIn = new Map(held.map(({ uid, u16 }) => [uid, u16]));
    return changed;
  }

  async close(): Promise<void> {}
}
