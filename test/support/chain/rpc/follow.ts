import type { Block } from "../node/block.ts";
import type { View } from "./view.ts";

/** How many finalised blocks a new subscription is told of. */
const INITIAL_BLOCKS = 4;

type Send = (event: Readonly<Record<string, unknown>>) => void;

/** A runtime as `chainHead_v1` describes it. */
export function runtimeSpec({ runtime }: Block): unknown {
  const { specName, implName, specVersion, implVersion, transactionVersion } = runtime.version;
  return {
    type: "valid",
    spec: { specName, implName, specVersion, implVersion, transactionVersion, apis: {} },
  };
}

/** One `chainHead_v1_follow`: what it was told, what it has pinned, and the events that bring it up to date. */
export class Follow {
  readonly id: string;
  readonly withRuntime: boolean;
  readonly pinned = new Set<string>();
  readonly operations = new Set<string>();
  readonly #send: Send;
  readonly #announced = new Set<string>();
  #best: Block | null = null;
  #finalized: Block | null = null;

  constructor(id: string, withRuntime: boolean, send: Send) {
    this.id = id;
    this.withRuntime = withRuntime;
    this.#send = send;
  }

  emit(event: Readonly<Record<string, unknown>>): void {
    this.#send(event);
  }

  start(view: View): void {
    const blocks: Block[] = [];
    for (
      let at: Block | null = view.finalized;
      at !== null && blocks.length < INITIAL_BLOCKS;
      at = view.block(at.parent)
    )
      blocks.unshift(at);
    for (const block of blocks) this.#know(block);
    this.#finalized = view.finalized;
    this.#send({
      event: "initialized",
      finalizedBlockHashes: blocks.map(({ hash }) => hash),
      ...(this.withRuntime ? { finalizedBlockRuntime: runtimeSpec(view.finalized) } : {}),
    });
    this.sync(view);
    if (this.#best === null) this.#tellBest(view.finalized);
  }

  /** Tells whatever the subscription does not know yet: blocks, then the best one, then what became final. */
  sync(view: View): void {
    const finalized = this.#finalized;
    if (finalized === null) return;
    for (const block of view.blocks()) this.#announce(view, block, finalized);
    if (view.best.hash !== this.#best?.hash && this.#announced.has(view.best.hash)) this.#tellBest(view.best);
    if (view.finalized.hash !== finalized.hash && this.#announced.has(view.finalized.hash))
      this.#tellFinalized(view, finalized);
  }

  #know({ hash }: Block): void {
    this.#announced.add(hash);
    this.pinned.add(hash);
  }

  #announce(view: View, block: Block, finalized: Block): void {
    if (this.#announced.has(block.hash) || !this.#announced.has(block.parent)) return;
    if (block.number <= finalized.number || !view.chain.tree.isOn(block, finalized)) return;
    this.#know(block);
    this.#send({
      event: "newBlock",
      blockHash: block.hash,
      parentBlockHash: block.parent,
      newRuntime: this.withRuntime && block.isUpgrade ? runtimeSpec(block) : null,
    });
  }

  #tellBest(block: Block): void {
    this.#best = block;
    this.#send({ event: "bestBlockChanged", bestBlockHash: block.hash });
  }

  #tellFinalized(view: View, before: Block): void {
    const { tree } = view.chain;
    const path = tree.path(before, view.finalized);
    const onPath = new Set(path.map(({ hash }) => hash));
    const pruned = view
      .blocks()
      .filter(({ hash, number }) => this.#announced.has(hash) && number > before.number && !onPath.has(hash))
      .filter((block) => !tree.isOn(block, view.finalized));
    this.#finalized = view.finalized;
    this.#send({
      event: "finalized",
      finalizedBlockHashes: path.map(({ hash }) => hash),
      prunedBlockHashes: pruned.map(({ hash }) => hash),
    });
  }
}
