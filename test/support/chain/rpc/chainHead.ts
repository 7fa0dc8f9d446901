import type { Block } from "../node/block.ts";
import { type Distort, runtimeCall } from "../node/runtimeCalls.ts";
import type { State } from "../state/state.ts";
import { Follow } from "./follow.ts";
import { hexParameter, RpcFault } from "./message.ts";
import { itemsOf, readQueries, type StorageQuery } from "./storageItems.ts";
import type { View } from "./view.ts";

const MAX_FOLLOWS = 4;

/** The `chainHead_v1` methods of one connection. */
export class ChainHead {
  readonly #view: View;
  readonly #distort: Distort;
  readonly #notify: (subscription: string, event: unknown) => void;
  readonly #follows = new Map<string, Follow>();
  #next = 0;

  constructor(view: View, distort: Distort, notify: (subscription: string, event: unknown) => void) {
    this.#view = view;
    this.#distort = distort;
    this.#notify = notify;
  }

  readonly methods: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    chainHead_v1_follow: ([withRuntime]) => this.#start(withRuntime === true),
    chainHead_v1_unfollow: ([id]) => void this.#follows.delete(String(id)),
    chainHead_v1_unpin: ([id, hashes]) => this.#unpin(String(id), hashes),
    chainHead_v1_continue: () => null,
    chainHead_v1_stopOperation: ([id, operation]) =>
      void this.#follow(id)?.operations.delete(String(operation)),
    chainHead_v1_header: ([id, hash]) => this.#pinnedBlock(id, hash)?.header ?? null,
    chainHead_v1_body: ([id, hash]) =>
      this.#operate(id, hash, (block) => [{ event: "operationBodyDone", value: block.body }]),
    chainHead_v1_call: ([id, hash, call, input]) =>
      this.#operate(id, hash, (block, state) => [
        { event: "operationCallDone", output: this.#call(block, state, String(call), hexParameter(input)) },
      ]),
    chainHead_v1_storage: ([id, hash, queries]) => this.#storage(id, hash, readQueries(queries)),
  };

  sync(): void {
    for (const follow of this.#follows.values()) follow.sync(this.#view);
  }

  /** Ends every subscription as a node does that cannot keep up. */
  stop(): void {
    for (const follow of this.#follows.values()) follow.emit({ event: "stop" });
    this.#follows.clear();
  }

  #start(withRuntime: boolean): string {
    if (this.#follows.size >= MAX_FOLLOWS)
      throw new RpcFault(-32800, "Maximum number of chainHead_follow has been reached");
    const id = `follow-${this.#next++}`;
    const follow = new Follow(id, withRuntime, (event) => this.#notify(id, event));
    this.#follows.set(id, follow);
    queueMicrotask(() => follow.start(this.#view));
    return id;
  }

  #follow(id: unknown): Follow | null {
    return this.#follows.get(String(id)) ?? null;
  }

  #unpin(id: string, hashes: unknown): null {
    const follow = this.#follow(id);
    const list = (Array.isArray(hashes) ? hashes : [hashes]).map(String);
    if (follow === null) return null;
    for (const hash of list) {
      if (!follow.pinned.has(hash)) throw new RpcFault(-32801, "Block is not pinned");
      follow.pinned.delete(hash);
    }
    return null;
  }

  #pinnedBlock(id: unknown, hash: unknown): Block | null {
    const follow = this.#follow(id);
    if (follow === null) return null;
    const block = this.#view.block(String(hash));
    if (block === null || !follow.pinned.has(block.hash)) throw new RpcFault(-32801, "Block is not pinned");
    return block;
  }

  #call(block: Block, state: State, call: string, input: string): string {
    return runtimeCall({ chain: this.#view.chain, block, state }, call, input, this.#distort);
  }

  #operate(
    id: unknown,
    hash: unknown,
    work: (block: Block, state: State) => Readonly<Record<string, unknown>>[],
  ): unknown {
    const block = this.#pinnedBlock(id, hash);
    const follow = this.#follow(id);
    if (block === null || follow === null) return { result: "limitReached" };
    const operationId = `operation-${this.#next++}`;
    follow.operations.add(operationId);
    queueMicrotask(() => this.#run(follow, operationId, block, work));
    return { result: "started", operationId };
  }

  #run(
    follow: Follow,
    operationId: string,
    block: Block,
    work: (block: Block, state: State) => Readonly<Record<string, unknown>>[],
  ): void {
    if (!follow.operations.delete(operationId)) return;
    const state = this.#view.state(block);
    try {
      if (state === null) throw new Error(`State already discarded for ${block.hash}`);
      for (const event of work(block, state)) follow.emit({ ...event, operationId });
    } catch (error) {
      follow.emit({
        event: "operationError",
        operationId,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  #storage(id: unknown, hash: unknown, queries: readonly StorageQuery[]): unknown {
    const started = this.#operate(id, hash, (_, state) => {
      const items = queries.flatMap((query) => itemsOf(this.#told(state), query));
      const done = { event: "operationStorageDone" };
      return items.length === 0 ? [done] : [{ event: "operationStorageItems", items }, done];
    });
    return { discardedItems: 0, ...(started as object) };
  }

  /** The state with the genesis hash that the endpoint tells. */
  #told(state: State): State {
    if (this.#view.genesis === this.#view.chain.genesis) return state;
    const told = state.next();
    told.put("System", "BlockHash", [0], this.#view.genesis);
    return told;
  }
}
