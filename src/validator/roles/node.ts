import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Gauge, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { NodeStart, NodeState, Nodes } from "../../flow/nodes.ts";

/** A process that is not heard of for this long is gone: others take over its work. */
export const LEASE_MS = 6000;
/** Three heartbeats may be lost. */
export const HEARTBEAT_MS = 1500;

export interface NodeModules {
  readonly store: Pick<Nodes, "joinNode" | "renewNode" | "leaveNode">;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * This process among those that share the store. Its lease is believed only as long as the store has it at least: from the moment
 * before a heartbeat was sent. Work is claimed, and verdicts are recorded, under its token; a process that lost its lease joins
 * anew, under another token, and what it had is checked by others.
 */
export class ProcessNode {
  readonly #start: NodeStart;
  readonly #modules: NodeModules;
  readonly #alive: Gauge;
  #token: number;
  #until: number;
  #state: NodeState = { alive: true, cordoned: false, draining: false };
  #left = false;

  static async join(start: NodeStart, modules: NodeModules): Promise<ProcessNode> {
    const since = modules.clock.monotonicMs();
    const token = await modules.store.joinNode(start, LEASE_MS);
    modules.log.info("node_joined", { node: token, name: start.name, roles: start.roles.join(",") });
    return new ProcessNode(start, modules, token, since + LEASE_MS);
  }

  private constructor(start: NodeStart, modules: NodeModules, token: number, until: number) {
    this.#start = start;
    this.#modules = modules;
    this.#token = token;
    this.#until = until;
    this.#alive = modules.metrics.gauge("assay_node_alive", "1 while this process holds its lease");
    this.#alive.set(1);
  }

  get name(): string {
    return this.#start.name;
  }

  get token(): number {
    return this.#token;
  }

  /** Whether nobody can have taken over its work yet. */
  isAlive(): boolean {
    return !this.#left && this.#modules.clock.monotonicMs() < this.#until;
  }

  /** Whether it takes new work. */
  takesWork(): boolean {
    return this.isAlive() && !this.#state.cordoned && !this.#state.draining;
  }

  get draining(): boolean {
    return this.#state.draining;
  }

  /** Renews the lease, or joins anew when it ran out. Rejects while the store cannot be reached. */
  async beat(): Promise<void> {
    const { store, clock, log } = this.#modules;
    const since = clock.monotonicMs();
    const state = await store.renewNode(this.#token, LEASE_MS);
    if (this.#left) return;
    if (state.alive) {
      this.#note(state);
      this.#until = since + LEASE_MS;
    } else {
      const before = this.#token;
      this.#token = await store.joinNode(this.#start, LEASE_MS);
      this.#until = since + LEASE_MS;
      log.warn("node_joined_again", { node: this.#token, before });
    }
    this.#alive.set(1);
  }

  /** What to show when a heartbeat failed. */
  missed(error: unknown): void {
    const alive = this.isAlive();
    this.#alive.set(alive ? 1 : 0);
    this.#modules.log.warn("node_heartbeat_failed", { node: this.#token, alive, cause: causeText(error) });
  }

  /** Gives its work up to others at once. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#alive.set(0);
    await this.#modules.store.leaveNode(this.#token);
  }

  #note(state: NodeState): void {
    const { cordoned, draining } = this.#state;
    if (state.cordoned !== cordoned || state.draining !== draining)
      this.#modules.log.warn("node_ordered", {
        node: this.#token,
        cordoned: state.cordoned,
        draining: state.draining,
      });
    this.#state = state;
  }
}
