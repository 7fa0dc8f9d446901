import type { SeededRandom } from "../../../sim/engine/seededRandom.ts";
import type { SimWorld } from "../../../sim/engine/world.ts";
import { ModelMarks } from "../../../sim/validator/marks.ts";
import type { ChainMiner } from "../../../src/flow/chain.ts";
import type { UnsignedVector } from "../../../src/flow/weights.ts";
import type { Parts } from "../../../src/validator/parts.ts";
import type { Role } from "../../../src/validator/roles/roles.ts";
import { NodeChain } from "./chain.ts";
import type { History } from "./history.ts";
import type { Network } from "./network.ts";
import { networkStore } from "./networkStore.ts";
import type { Door } from "./nodeMiner.ts";
import { SimProcess } from "./simProcess.ts";
import { type Shared, startNode } from "./stages.ts";

export interface NodeSpec {
  readonly name: string;
  readonly roles: readonly Role[];
  readonly skewMs: number;
  /** Blocks that its view of the chain is behind. */
  readonly late: number;
}

export interface NodeModules {
  readonly world: SimWorld;
  readonly network: Network;
  readonly history: History;
  readonly random: SeededRandom;
  readonly registered: readonly ChainMiner[];
  readonly shared: Shared;
  /** Its leader ignores its lease. */
  readonly leads: boolean;
}

/** How long a failed start waits for the next one, ms. */
const AGAIN_MS = 2000;

/** A process of the validator over its restarts: its folder stays, all else begins anew. */
export class SimNode {
  readonly spec: NodeSpec;
  readonly #modules: NodeModules;
  readonly #marks = new ModelMarks();
  #starts = 0;
  process: SimProcess | null = null;
  /** Null until it serves, and while it is down. */
  parts: Parts | null = null;

  constructor(spec: NodeSpec, modules: NodeModules) {
    this.spec = spec;
    this.#modules = modules;
  }

  /** Whether a request can reach it: one that is paused takes it and does not answer yet. */
  get serves(): boolean {
    return this.parts !== null && this.process?.isDead === false;
  }

  /** Where miners can open streams; null while there is none. */
  get door(): Door | null {
    const listener = this.parts?.push?.shared?.listener;
    return this.process === null || listener === undefined ? null : { process: this.process, listener };
  }

  has(role: Role): boolean {
    return this.spec.roles.includes(role);
  }

  start(): void {
    const { world, network } = this.#modules;
    const process = new SimProcess(world, this.spec.name, this.spec.skewMs);
    this.process = process;
    // A start that fails ends its process, and the supervisor begins another.
    process.run(() =>
      this.#start(process).catch(() => {
        process.kill();
        network.forget(process);
        world.line.after(AGAIN_MS, () => {
          if (this.process === process) this.start();
        });
      }),
    );
  }

  kill(): void {
    const { process } = this;
    this.parts = null;
    this.process = null;
    if (process === null) return;
    process.kill();
    this.#modules.network.forget(process);
  }

  async #start(process: SimProcess): Promise<void> {
    const { world, network, history, registered, random, shared, leads } = this.#modules;
    const number = this.#starts++;
    this.parts = await startNode({
      ...{ process, shared, leads, marks: this.#marks },
      roles: new Set(this.spec.roles),
      store: networkStore(network, process),
      chain: new NodeChain(world.line, registered, this.spec.late),
      random: random.of(`${this.spec.name} ${number}`),
      signed: (document, signature) => {
        if (!("policy_hash" in document)) return;
        const { period = -1 } = document as UnsignedVector;
        const at = world.line.clock.nowMs();
        history.told.push({ kind: "signed", at, process: process.name, period, signature });
      },
    });
  }
}
