import type { PushLane } from "../../src/flow/lane.ts";
import type { Pool, PoolRequest, PoolResults, PoolTaskKind, TaskOfKind } from "../../src/flow/pool.ts";
import { Servers } from "../engine/servers.ts";
import type { SimWorld } from "../engine/world.ts";

/** Threads that take the modelled time for a check, and then run the check. */
export class ModelPool implements Pool {
  readonly servers: Servers;
  readonly #world: SimWorld;
  readonly #lane: PushLane;
  readonly #verifyMs: number;
  readonly #later: SimWorld["later"];

  constructor(
    world: SimWorld,
    lane: PushLane,
    options: { readonly threads: number; readonly verifyMs: number; readonly later: SimWorld["later"] },
  ) {
    this.#world = world;
    this.#lane = lane;
    this.servers = new Servers(options.threads);
    this.#verifyMs = options.verifyMs;
    this.#later = options.later;
  }

  run<K extends PoolTaskKind>(task: TaskOfKind<K>): Promise<PoolResults[K]> {
    const { line } = this.#world;
    const { of, items } = proofsOf(task);
    const end = this.servers.take(line.now, this.#verifyMs * items.length);
    return this.#later(end - line.now, () => this.#lane.check(of, items, noChance)) as Promise<
      PoolResults[K]
    >;
  }

  async close(): Promise<void> {}
}

function proofsOf(task: PoolRequest): TaskOfKind<"proofs"> {
  if (task.kind !== "proofs") throw new RangeError(`the modelled pool does not run ${task.kind}`);
  return task;
}

/** The modelled check needs no random bytes. */
function noChance(): Uint8Array {
  return new Uint8Array(0);
}
