import type { Block } from "../node/block.ts";
import { headerValue } from "./legacy.ts";
import type { View } from "./view.ts";

type Kind = "all" | "new" | "finalized";

const notifications: Readonly<Record<Kind, string>> = {
  all: "chain_allHead",
  new: "chain_newHead",
  finalized: "chain_finalizedHead",
};

interface Subscription {
  readonly kind: Kind;
  /** The last block of it that was told, by sequence for `all`. */
  last: Block;
}

type Notify = (method: string, subscription: string, header: unknown) => void;

/** The older subscriptions to headers, of one connection. */
export class Heads {
  readonly #view: View;
  readonly #notify: Notify;
  readonly #subscriptions = new Map<string, Subscription>();
  #next = 0;

  constructor(view: View, notify: Notify) {
    this.#view = view;
    this.#notify = notify;
  }

  readonly methods: Readonly<Record<string, (params: readonly unknown[]) => unknown>> = {
    chain_subscribeAllHeads: () => this.#subscribe("all"),
    chain_unsubscribeAllHeads: ([id]) => this.#subscriptions.delete(String(id)),
    chain_subscribeNewHeads: () => this.#subscribe("new"),
    chain_unsubscribeNewHeads: ([id]) => this.#subscriptions.delete(String(id)),
    chain_subscribeFinalizedHeads: () => this.#subscribe("finalized"),
    chain_unsubscribeFinalizedHeads: ([id]) => this.#subscriptions.delete(String(id)),
  };

  sync(): void {
    for (const [id, subscription] of this.#subscriptions)
      for (const block of this.#fresh(subscription)) this.#tell(id, subscription, block);
  }

  #subscribe(kind: Kind): string {
    const id = `heads-${this.#next++}`;
    const subscription = { kind, last: kind === "finalized" ? this.#view.finalized : this.#view.best };
    this.#subscriptions.set(id, subscription);
    queueMicrotask(() => this.#tell(id, subscription, subscription.last));
    return id;
  }

  #fresh({ kind, last }: Subscription): readonly Block[] {
    if (kind === "all") return this.#view.blocks().filter(({ sequence }) => sequence > last.sequence);
    if (kind === "finalized") return this.#view.chain.tree.path(last, this.#view.finalized);
    return this.#view.best.hash === last.hash ? [] : [this.#view.best];
  }

  #tell(id: string, subscription: Subscription, block: Block): void {
    subscription.last = block;
    this.#notify(notifications[subscription.kind], id, headerValue(block));
  }
}
