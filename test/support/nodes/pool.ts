import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import { buildIndex } from "../../../src/challenge/indexTable.ts";
import type { Lane, PullLane } from "../../../src/flow/lane.ts";
import type { Pool, PoolRequest, PoolResults, PoolTaskKind, TaskOfKind } from "../../../src/flow/pool.ts";
import type { SimProcess } from "./simProcess.ts";

/** The workers of a simulated process: every signature is good, and a task takes up to 30 ms. */
export class NodePool implements Pool {
  readonly #process: SimProcess;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #random: SeededRandom;

  constructor(process: SimProcess, lanes: ReadonlyMap<string, Lane>, random: SeededRandom) {
    this.#process = process;
    this.#lanes = lanes;
    this.#random = random;
  }

  run<K extends PoolTaskKind>(task: TaskOfKind<K>): Promise<PoolResults[K]> {
    const ms = 1 + 30 * this.#random.unit();
    return new Promise((resolve) =>
      this.#process.after(ms, () => resolve(this.#result(task) as PoolResults[K])),
    );
  }

  async close(): Promise<void> {}

  #result(task: PoolRequest): PoolResults[PoolTaskKind] {
    switch (task.kind) {
      case "signature":
      case "claim":
        return true;
      case "check": {
        const lane = this.#pull(task.lane);
        return lane.check(lane.issue(task.ref), task.answer);
      }
      case "render": {
        const lane = this.#pull(task.lane);
        return lane.render(lane.issue(task.ref));
      }
      case "proofs": {
        const lane = this.#lanes.get(task.lane);
        if (lane?.mode !== "push") throw new RangeError(`no push lane ${task.lane}`);
        return lane.check(task.of, task.items, () => new Uint8Array(0));
      }
      case "index":
        return buildIndex(task);
    }
  }

  #pull(name: string): PullLane {
    const lane = this.#lanes.get(name);
    if (lane?.mode !== "pull") throw new RangeError(`no pull lane ${name}`);
    return lane;
  }
}
