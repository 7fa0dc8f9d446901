import type { Clock } from "../../../src/core/clock.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import type { Fence } from "../../../src/flow/leases.ts";
import type { NodeOrder, NodeRecord, NodeStart, NodeState } from "../../../src/flow/nodes.ts";

interface Node extends NodeStart {
  readonly token: number;
  readonly joinedAt: number;
  until: number;
  cordoned: boolean;
  draining: boolean;
}

interface Lease {
  readonly name: string;
  holder: number;
  token: number;
  until: number;
}

const GONE: NodeState = { alive: false, cordoned: false, draining: false };
/** Nodes that are gone and still listed. */
const GONE_KEPT = 64;

/** The processes that share the store, and the leases that they hold, by the store's clock. */
export class ModelNodes {
  readonly #clock: Clock;
  readonly #nodes = new Map<number, Node>();
  readonly #leases = new Map<string, Lease>();
  #last = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isAlive(token: number): boolean {
    return (this.#nodes.get(token)?.until ?? 0) > this.#clock.nowMs();
  }

  join(start: NodeStart, ttlMs: number): number {
    const token = ++this.#last;
    const joinedAt = this.#clock.nowMs();
    this.#nodes.set(token, { ...start, token, joinedAt, until: joinedAt + ttlMs, ...orders.uncordon });
    const gone = [...this.#nodes.keys()].filter((one) => !this.isAlive(one));
    for (const one of gone.slice(0, -GONE_KEPT)) this.#nodes.delete(one);
    return token;
  }

  renew(token: number, ttlMs: number): NodeState {
    const node = this.#nodes.get(token);
    if (node === undefined || !this.isAlive(token)) return GONE;
    node.until = this.#clock.nowMs() + ttlMs;
    const { cordoned, draining } = node;
    return { alive: true, cordoned, draining };
  }

  leave(token: number): void {
    const now = this.#clock.nowMs();
    const node = this.#nodes.get(token);
    if (node !== undefined) node.until = Math.min(node.until, now);
    for (const lease of this.#leases.values())
      if (lease.holder === token) lease.until = Math.min(lease.until, now);
  }

  /** The living first, then those gone last. */
  list(): NodeRecord[] {
    const all = [...this.#nodes.values()].toSorted((a, b) => b.until - a.until || b.token - a.token);
    return all.map((node) => ({ ...node, alive: this.isAlive(node.token) }));
  }

  order(which: number | string, order: NodeOrder): number {
    const heard = [...this.#nodes.values()].filter(
      ({ token, name }) => (token === which || name === which) && this.isAlive(token),
    );
    for (const node of heard) {
      const { cordoned, draining } = orders[order];
      node.cordoned = cordoned;
      if (draining !== null) node.draining = draining;
    }
    return heard.length;
  }

  take(name: string, node: number, ttlMs: number): Fence | null {
    if (!this.isAlive(node)) return null;
    const now = this.#clock.nowMs();
    const lease = this.#leases.get(name) ?? { name, holder: 0, token: 0, until: 0 };
    this.#leases.set(name, lease);
    const isHeld = lease.until > now;
    if (isHeld && lease.holder !== node) return null;
    if (!isHeld) lease.token++;
    lease.holder = node;
    lease.until = now + ttlMs;
    return { name, token: lease.token };
  }

  release(fence: Fence): void {
    const lease = this.#leases.get(fence.name);
    const now = this.#clock.nowMs();
    if (lease?.token === fence.token) lease.until = Math.min(lease.until, now);
  }

  /** Throws `fenced_off` unless the lease is held under that token; nothing without a fence. */
  require(fence: Fence | undefined): void {
    if (fence === undefined) return;
    const lease = this.#leases.get(fence.name);
    if (lease?.token === fence.token && lease.until > this.#clock.nowMs()) return;
    throw new AssayError({ code: "fenced_off", lease: fence.name, token: fence.token });
  }
}

const orders = {
  cordon: { cordoned: true, draining: null },
  uncordon: { cordoned: false, draining: false },
  drain: { cordoned: true, draining: true },
} as const satisfies Record<NodeOrder, { readonly cordoned: boolean; readonly draining: boolean | null }>;
