import type { State } from "../state/state.ts";
import type { Block } from "./block.ts";

/** As many blocks as the chain remembers the hashes of, and some. */
const MAX_BLOCKS = 4096;

/** The blocks of a node, forks included; the states of the latest only. */
export class BlockTree {
  readonly #blocks = new Map<string, Block>();
  readonly #states = new Map<string, State>();
  readonly #keep: number;

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(block: Block, state: State): void {
    this.#blocks.set(block.hash, block);
    this.#states.set(block.hash, state);
    for (const hash of this.#blocks.keys()) {
      if (this.#blocks.size <= MAX_BLOCKS) break;
      this.#blocks.delete(hash);
    }
    for (const hash of this.#states.keys()) {
      if (this.#states.size <= this.#keep) break;
      this.#states.delete(hash);
    }
  }

  get(hash: string): Block | null {
    return this.#blocks.get(hash) ?? null;
  }

  state(hash: string): State | null {
    return this.#states.get(hash) ?? null;
  }

  /** All blocks in the order in which they came. */
  all(): Block[] {
    return [...this.#blocks.values()];
  }

  /** The blocks and states of another tree up to one of its blocks. */
  copyBranch(from: BlockTree, tip: Block): void {
    for (const block of from.all()) {
      const state = from.state(block.hash);
      if (!from.isOn(tip, block)) continue;
      this.#blocks.set(block.hash, block);
      if (state !== null) this.#states.set(block.hash, state);
    }
  }

  /** The block of a height on the branch that ends in a block. */
  ancestor(from: Block, number: number): Block | null {
    let at: Block | null = from;
    while (at !== null && at.number > number) at = this.get(at.parent);
    return at?.number === number ? at : null;
  }

  isOn(branch: Block, block: Block): boolean {
    return this.ancestor(branch, block.number)?.hash === block.hash;
  }

  /** From below an older block to a newer one of its branch, in order. */
  path(older: Block, newer: Block): Block[] {
    const blocks: Block[] = [];
    for (let at: Block | null = newer; at !== null && at.number > older.number; at = this.get(at.parent))
      blocks.unshift(at);
    return blocks;
  }
}
