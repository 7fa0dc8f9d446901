import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Gauge, Metrics } from "../../core/metrics.ts";
import { AssayError, causeText } from "../../core/problems/assayError.ts";
import type { Fence, Leases } from "../../flow/leases.ts";

/** A holder that is not heard of for this long is replaced. */
export const LEADER_LEASE_MS = 6000;
/** The holder stops this long before the lease can be over, for what it has begun. */
const MARGIN_MS = 1000;

export interface LeadershipModules {
  readonly store: Pick<Leases, "takeLease" | "releaseLease">;
  readonly node: { readonly token: number; takesWork(): boolean };
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Whether this process closes epochs, weighs and retains. One process at a time does; the token of its fence is checked in the
 * transaction of everything that it writes, so that one that was paused and wakes up changes nothing.
 */
export class Leadership {
  readonly #name: string;
  readonly #modules: LeadershipModules;
  readonly #gauge: Gauge;
  #fence: Fence | null = null;
  #last: Fence | null = null;
  #until = 0;

  constructor(name: string, modules: LeadershipModules) {
    this.#name = name;
    this.#modules = modules;
    this.#gauge = modules.metrics.gauge("assay_leader", "1 while this process holds the lease of the leader");
  }

  /** The fence of the lease; null while another process may hold it. */
  fence(): Fence | null {
    return this.#modules.clock.monotonicMs() < this.#until - MARGIN_MS ? this.#fence : null;
  }

  /** The last fence that this process had, whether the lease holds or not. */
  last(): Fence | null {
    return this.#last;
  }

  isLeader(): boolean {
    return this.fence() !== null;
  }

  /** Throws `fenced_off` while another process may hold the lease. */
  require(): Fence {
    const fence = this.fence();
    if (fence === null)
      throw new AssayError({ code: "fenced_off", lease: this.#name, token: this.#fence?.token ?? 0 });
    return fence;
  }

  /** Takes or renews the lease. Returns whether this process has just become the leader. */
  async beat(): Promise<boolean> {
    const { store, node, clock, log } = this.#modules;
    if (!node.takesWork()) {
      await this.release();
      return false;
    }
    const before = this.#fence;
    const since = clock.monotonicMs();
    const fence = await store.takeLease(this.#name, node.token, LEADER_LEASE_MS);
    this.#fence = fence;
    this.#last = fence ?? this.#last;
    this.#until = since + LEADER_LEASE_MS;
    this.#gauge.set(fence === null ? 0 : 1);
    const isNew = fence !== null && fence.token !== before?.token;
    if (isNew) log.info("leader_here", { lease: this.#name, token: fence.token });
    else if (fence === null && before !== null) log.warn("leader_elsewhere", { lease: this.#name });
    return isNew;
  }

  /** Lets another process take over at once. */
  async release(): Promise<void> {
    const fence = this.#fence;
    this.#fence = null;
    this.#until = 0;
    this.#gauge.set(0);
    if (fence === null) return;
    try {
      await this.#modules.store.releaseLease(fence);
    } catch (error) {
      this.#modules.log.warn("leader_not_released", { lease: this.#name, cause: causeText(error) });
    }
  }
}
