import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Store } from "../../flow/store.ts";
import { fencedStore } from "./fencedStore.ts";
import { Leadership } from "./leadership.ts";
import { HEARTBEAT_MS, ProcessNode } from "./node.ts";
import { nodeStore } from "./nodeStore.ts";
import type { Roles } from "./roles.ts";

/** What a process may do at the moment, and the store as it may use it. */
export interface Membership {
  readonly roles: Roles;
  /** Null where no other process can share the store. */
  readonly node: ProcessNode | null;
  /** Whether it closes epochs, weighs and retains. */
  isLeader(): boolean;
  /** Whether it takes up new work. */
  takesWork(): boolean;
  readonly store: Store;
  /** For the leader's writes. */
  readonly leaderStore: Store;
  /** Calls back whenever this process becomes the leader. */
  onLeader(callback: () => void): void;
  close(): Promise<void>;
}

/** Of the only process that can have its store open. */
/** As judge uses it: what it forgets, only the leader drops for all. */
export function judgeStore({ store, isLeader }: Pick<Membership, "store" | "isLeader">): Store {
  return {
    ...store,
    dropMiners: async (hotkeys) => (isLeader() ? store.dropMiners(hotkeys) : undefined),
    dropEndedSuspensions: async (block) => (isLeader() ? store.dropEndedSuspensions(block) : undefined),
  };
}

export function aloneWith(store: Store, roles: Roles): Membership {
  return {
    ...{ roles, node: null, store, leaderStore: store },
    isLeader: () => true,
    takesWork: () => true,
    onLeader: () => undefined,
    close: async () => undefined,
  };
}

export interface MemberOptions {
  readonly roles: Roles;
  readonly name: string;
  readonly version: string;
}

export interface MemberModules {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** The operator ordered this process to drain. */
  readonly drain: () => void;
  /** Runs something on an interval until what it returns is called: `setInterval`, or a simulation's own time; the former, when left out. */
  readonly every?: Every;
}

type Every = (ms: number, run: () => void) => () => void;

const realInterval: Every = (ms, run) => {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
};

/** The lease of the process that closes epochs, weighs and retains. */
const LEADER = "weigh";

/** Joins those that share the store, and keeps its leases until it is closed. */
export async function joinStore(
  store: Store,
  { roles, name, version }: MemberOptions,
  modules: MemberModules,
): Promise<Membership> {
  const node = await ProcessNode.join({ name, roles: [...roles], version }, { ...modules, store });
  const leadership = new Leadership(LEADER, { ...modules, store, node });
  const callbacks: (() => void)[] = [];
  const notice = new Notice(modules.clock);
  const beat = async (): Promise<void> => {
    await node.beat();
    if (roles.has("weigh") && (await leadership.beat())) for (const callback of callbacks) callback();
    if (notice.isOver(node.draining)) modules.drain();
  };
  if (roles.has("weigh")) await leadership.beat();
  const { every = realInterval } = modules;
  const beats = new Beats(beat, (error) => node.missed(error), every);
  const view = nodeStore(store, {
    get token() {
      return node.token;
    },
    checks: () => roles.has("verify") && node.takesWork(),
  });
  return {
    ...{
      roles,
      node,
      store: view,
      leaderStore: fencedStore(
        view,
        () => leadership.require(),
        () => leadership.last(),
      ),
    },
    isLeader: () => leadership.isLeader(),
    takesWork: () => node.takesWork(),
    onLeader: (callback) => void callbacks.push(callback),
    close: async () => {
      await beats.stop();
      await leadership.release();
      await node.leave().catch((error) => modules.log.warn("node_not_left", { cause: causeText(error) }));
    },
  };
}

/** How long a process that drains goes on serving: a balancer sees by its readiness that it is to go elsewhere. */
const NOTICE_MS = 5000;

class Notice {
  readonly #clock: Clock;
  #since: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isOver(draining: boolean): boolean {
    if (!draining) this.#since = null;
    else this.#since ??= this.#clock.monotonicMs();
    return this.#since !== null && this.#clock.monotonicMs() - this.#since >= NOTICE_MS;
  }
}

/** One heartbeat at a time. */
class Beats {
  readonly #end: () => void;
  #running: Promise<void> | null = null;

  constructor(beat: () => Promise<void>, missed: (error: unknown) => void, every: Every) {
    this.#end = every(HEARTBEAT_MS, () => {
      this.#running ??= beat()
        .catch(missed)
        .finally(() => {
          this.#running = null;
        });
    });
  }

  async stop(): Promise<void> {
    this.#end();
    await this.#running;
  }
}
