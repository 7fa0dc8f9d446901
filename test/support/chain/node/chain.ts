import type { ChainDoubleOptions } from "../options.ts";
import { chainDefaults, doubleGenesis } from "../options.ts";
import type { SignedExtrinsic } from "../runtime/extrinsic.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { Beacon, beaconConfig } from "../state/beacon.ts";
import type { EventValue } from "../state/dispatch.ts";
import { seed } from "../state/seed.ts";
import { State } from "../state/state.ts";
import type { Block } from "./block.ts";
import { BlockTree } from "./blockTree.ts";
import { type BlockPlan, executeBlock } from "./execute.ts";
import { initializeBlock } from "./initialize.ts";
import { Pool } from "./pool.ts";
import { type Validity, type ValidityContext, validate } from "./validity.ts";

export interface ProduceOptions {
  /** Hash; the best block by default. */
  readonly parent?: string;
  readonly salt?: string;
  /** Whether the block takes nothing from the pool. */
  readonly isEmpty?: boolean;
}

/** Done to the state of a block before anything else of it. */
export type Change = (state: State, emit: (event: EventValue) => void) => void;

/** One chain: its blocks, pool and clock. Blocks are made only when told. */
export class Chain {
  readonly options: ChainDoubleOptions;
  readonly genesis: string;
  readonly tree: BlockTree;
  readonly pool = new Pool();
  readonly beacon: Beacon;
  readonly #listeners = new Set<(included: readonly SignedExtrinsic[]) => void>();
  readonly #changes: Change[] = [];
  #runtime: Runtime;
  #sequence = 0;
  #best: Block;
  #finalized: Block;
  /** Added to what blocks say about the time. */
  clockOffsetMs = 0;

  constructor(
    options: ChainDoubleOptions,
    runtime: Runtime,
    twin?: { readonly of: Chain; readonly tip: Block },
  ) {
    this.options = options;
    this.genesis = options.genesis ?? doubleGenesis;
    this.tree = new BlockTree(options.keepStates ?? chainDefaults.keepStates);
    this.#runtime = runtime;
    this.beacon = twin?.of.beacon ?? new Beacon(options.beaconSecret);
    if (twin !== undefined) {
      this.tree.copyBranch(twin.of.tree, twin.tip);
      this.#sequence = twin.of.#sequence;
      this.#best = twin.tip;
      this.#finalized = twin.tip;
      return;
    }
    const start = options.start ?? chainDefaults.start;
    const state = new State(runtime);
    state.put("System", "BlockHash", [0], this.genesis);
    state.put("Drand", "BeaconConfig", [], beaconConfig(this.beacon));
    seed(state, options);
    const parent = { hash: this.genesis, number: start - 1, state };
    this.#best = this.#execute({ parent, isEmpty: true, salt: "" }).block;
    this.#finalized = this.#best;
    for (let made = 0; made < this.#lag; made++) this.produce({ isEmpty: true });
  }

  get best(): Block {
    return this.#best;
  }

  get finalized(): Block {
    return this.#finalized;
  }

  /** The runtime of the next block. */
  get runtime(): Runtime {
    return this.#runtime;
  }

  get #lag(): number {
    return this.options.finalityLag ?? chainDefaults.finalityLag;
  }

  onChange(listener: (included: readonly SignedExtrinsic[]) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Done to the state of the next block before anything else. */
  change(change: Change): void {
    this.#changes.push(change);
  }

  /** The next block brings another runtime. */
  upgrade(runtime: Runtime): void {
    this.#runtime = runtime;
  }

  state(hash: string): State | null {
    return this.tree.state(hash);
  }

  produce({ parent, salt, isEmpty }: ProduceOptions = {}): Block {
    const base = parent === undefined ? this.#best : this.#known(parent);
    const state = this.tree.state(base.hash);
    if (state === null) throw new Error(`block ${base.number} has no state any more`);
    const { block, included } = this.#execute({
      parent: { hash: base.hash, number: base.number, state },
      isEmpty: isEmpty === true,
      salt: salt ?? "",
    });
    for (const extrinsic of included) this.pool.remove(extrinsic);
    if (block.number > this.#best.number) this.#best = block;
    this.#finalizeBehind();
    this.#cleanPool();
    this.#tell(included);
    return block;
  }

  /** Makes another branch the best one, from below the best block; what was only on the old one goes back into the pool. */
  reorganize(depth: number, length: number, keepsExtrinsics: boolean): Block {
    const fork = this.tree.ancestor(this.#best, this.#best.number - depth);
    if (fork === null || fork.number < this.#finalized.number)
      throw new Error("no branch below a finalised block");
    const retracted = this.tree.path(fork, this.#best).flatMap(({ body }) => body.slice(1));
    let tip = fork;
    for (let made = 0; made < length; made++)
      tip = this.produce({ parent: tip.hash, salt: `fork ${this.#sequence}`, isEmpty: true });
    if (keepsExtrinsics) for (const bytes of retracted) this.submit(bytes);
    return tip;
  }

  /** Another chain that had the same blocks until some finalised ones ago, and has others since. */
  twin(depth: number): Chain {
    const tip = this.tree.ancestor(this.#finalized, this.#finalized.number - depth);
    if (tip === null) throw new Error(`there are no ${depth} blocks below the finalised one`);
    const salt = `${this.options.salt ?? ""} twin`;
    const twin = new Chain({ ...this.options, salt }, this.#runtime, { of: this, tip });
    twin.clockOffsetMs = this.clockOffsetMs;
    while (twin.best.number < this.#best.number) twin.produce({ isEmpty: true });
    return twin;
  }

  /** Puts an extrinsic into the pool if it is valid on the best block. */
  submit(bytes: string): Validity & { readonly isTaken: boolean } {
    const validity = this.validity(bytes, this.#best);
    const isTaken = validity.invalid === null && this.pool.add(validity.extrinsic);
    return { ...validity, isTaken };
  }

  validity(bytes: string, at: Block): Validity {
    const state = this.tree.state(at.hash);
    if (state === null) throw new Error(`block ${at.number} has no state any more`);
    return validate(this.#context(state, at.number + 1, at.hash), bytes);
  }

  #known(hash: string): Block {
    const block = this.tree.get(hash);
    if (block === null) throw new Error(`no block ${hash}`);
    return block;
  }

  #context(state: State, block: number, parent: string): ValidityContext {
    const rateLimitAt = this.options.rateLimitAt ?? "validity";
    return { state, block, parent, genesis: this.genesis, rateLimitAt };
  }

  #time(number: number): number {
    const { startTimeMs, start, slotMs } = { ...chainDefaults, ...this.options };
    const time = startTimeMs === undefined ? Date.now() : startTimeMs + (number - start) * slotMs;
    return time + this.clockOffsetMs;
  }

  #execute(options: { parent: BlockPlan["parent"]; isEmpty: boolean; salt: string }) {
    const { parent, isEmpty, salt } = options;
    const number = parent.number + 1;
    const changes = this.#changes.splice(0);
    const executed = executeBlock({
      ...{ parent, runtime: this.#runtime, timeMs: this.#time(number), sequence: this.#sequence++ },
      isUpgrade: this.#runtime !== parent.state.runtime,
      salt: `${this.options.salt ?? ""} ${salt}`,
      candidates: isEmpty ? [] : this.pool.ordered(),
      isValid: (state, { bytes }) => {
        const found = validate(this.#context(state, number, parent.hash), bytes);
        return found.invalid === null && !found.isFuture;
      },
      initialize: (state, block, emit) => {
        for (const change of changes) change(state, emit);
        initializeBlock(state, block, this.beacon, emit);
      },
    });
    this.tree.add(executed.block, executed.state);
    return executed;
  }

  /** What no block on the best one can include any more is forgotten. */
  #cleanPool(): void {
    for (const extrinsic of this.pool.ordered())
      if (this.validity(extrinsic.bytes, this.#best).invalid !== null) this.pool.remove(extrinsic);
  }

  #finalizeBehind(): void {
    const target = this.tree.ancestor(this.#best, this.#best.number - this.#lag);
    if (target !== null && target.number > this.#finalized.number && this.tree.isOn(target, this.#finalized))
      this.#finalized = target;
  }

  #tell(included: readonly SignedExtrinsic[]): void {
    for (const listener of this.#listeners) listener(included);
  }
}
