import type { Log } from "../../core/log.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { NodeRecord, Nodes } from "../../flow/nodes.ts";
import type { StreamRecords } from "../../flow/streamRecords.ts";
import { nodeFor } from "./rendezvous.ts";

export interface SharedDialsModules {
  readonly store: Pick<Nodes, "nodes"> & Pick<StreamRecords, "lostStreams">;
  readonly node: { readonly token: number };
  readonly log: Log;
}

/** A process that dials miners now. */
function dials({ alive, cordoned, draining, roles }: NodeRecord): boolean {
  return alive && !cordoned && !draining && roles.includes("dispatch");
}

/** Which of the miners with an endpoint this process dials: each is dialled by one of the processes that do. */
export class SharedDials {
  readonly #modules: SharedDialsModules;
  /** As last seen: while the store cannot be read, nothing changes hands. */
  #nodes: readonly number[] = [];

  constructor(modules: SharedDialsModules) {
    this.#modules = modules;
  }

  /** Those of the hotkeys that are this process's, except those that have a stream at another. Never rejects. */
  async own(hotkeys: readonly string[]): Promise<ReadonlySet<string>> {
    const { store, node, log } = this.#modules;
    try {
      this.#nodes = (await store.nodes()).filter(dials).map(({ token }) => token);
      const own = this.#share(hotkeys);
      const streams = own.map((hotkey) => ({ hotkey, number: 0 }));
      const elsewhere = own.length === 0 ? [] : await store.lostStreams(node.token, streams);
      return new Set(own).difference(new Set(elsewhere));
    } catch (error) {
      log.warn("nodes_not_read", { cause: causeText(error) });
      return new Set(this.#share(hotkeys));
    }
  }

  #share(hotkeys: readonly string[]): string[] {
    const { token } = this.#modules.node;
    return hotkeys.filter((hotkey) => nodeFor(hotkey, this.#nodes) === token);
  }
}
