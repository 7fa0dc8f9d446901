import { hash } from "node:crypto";
import { SimWorld } from "../../../sim/engine/world.ts";
import { SharedModelStore } from "../../../sim/validator/sharedStore.ts";
import { ModelStore } from "../../../sim/validator/store.ts";
import type { WorkBucket } from "../../../src/flow/job.ts";
import type { ChainedEntry, Store } from "../../../src/flow/store.ts";
import { telling } from "../../../src/store/nudges.ts";

/** A line of a log as it is hashed, and its hash. */
export interface LoggedLine {
  readonly text: string;
  readonly hash: string;
}

/** What the model does not have: only somebody outside of the stages asks for it. */
export class NotModelled extends Error {}

/** A modelled store whose world goes on by itself: every call is done without anybody who lets the time pass. */
export class RunningStore {
  readonly model: SharedModelStore;
  /** By epoch, in order. */
  readonly lines = new Map<number, LoggedLine[]>();
  readonly #world = new SimWorld();
  #asked = 0;
  #isRunning = false;

  constructor() {
    this.model = new SharedModelStore(this.#world, { commitMs: 0 }, (text, head) => {
      const { epoch } = JSON.parse(text) as { epoch: number };
      const lines = this.lines.get(epoch) ?? [];
      this.lines.set(epoch, lines);
      lines.push({ text, hash: head });
    });
  }

  /** Makes the call and lets happen what follows from it. */
  call<T>(make: (model: SharedModelStore) => Promise<T>): Promise<T> {
    const result = make(this.model);
    this.#asked++;
    if (!this.#isRunning) void this.#run();
    return result;
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    for (let seen = -1; seen !== this.#asked; ) {
      seen = this.#asked;
      // Time goes on, so that leases run out.
      await this.#world.run(this.#world.line.now + 1, () => true);
    }
    this.#isRunning = false;
  }
}

function logPage(store: RunningStore): Store["logPage"] {
  return async (epoch, after, limit) => {
    const lines = (store.lines.get(epoch) ?? []).slice(after + 1, after + 1 + limit);
    return lines.map(({ text, hash: head }) => ({ ...JSON.parse(text), hash: head }) as ChainedEntry);
  };
}

/** As the port leaves open in which order they come, here they come as in the other adapter. */
function inOrder(buckets: readonly WorkBucket[]): WorkBucket[] {
  const key = ({ lane, hotkey }: WorkBucket): string => `${lane} ${hotkey}`;
  return buckets.toSorted((a, b) => a.start - b.start || (key(a) < key(b) ? -1 : 1));
}

/** What only people, the pull lane and the first and last moment of a process ask for. */
const notModelled = [
  ...["admit", "decide", "countTry", "pending", "submission", "recordPage", "issuedPages"],
  ...["customerJobs"],
  ...["customerTokens", "addCustomerToken", "revokeCustomerToken", "useCustomerTokens"],
  ...["miner", "miners", "strikes"],
  ...["addHistory", "history", "minerReasons", "storeBytes"],
  ...["weightPlan", "openWeightPlans", "weightPlans", "saveWeightPlan"],
  ...["operatorActions", "latestVector", "applyRetention", "ping"],
  ...["claim", "saveSession", "session", "spend", "strikesSince", "alerts", "saveAlerts"],
];

/** The parts of the port that the model keeps; every other method rejects with `NotModelled`. */
export function storeOf(running: RunningStore): Store {
  const methods = [ModelStore, SharedModelStore].flatMap(({ prototype }) =>
    Object.getOwnPropertyNames(prototype),
  );
  const kept = methods.map((name) => {
    const method: unknown = Reflect.get(running.model, name);
    const call = (...args: unknown[]): Promise<unknown> =>
      running.call((model) => Reflect.apply(method as () => Promise<unknown>, model, args));
    return [name, call];
  });
  const missing = notModelled.map((name) => {
    const refuse = (): Promise<never> => Promise.reject(new NotModelled(`the modelled store has no ${name}`));
    return [name, refuse];
  });
  return {
    ...(Object.fromEntries([...missing, ...kept]) as Store),
    ...telling(Object.fromEntries(kept) as Store, running.model.listeners),
    listen: (topic, heard) => running.model.listen(topic, heard),
    work: async (since) => inOrder(await running.call((model) => model.work(since))),
    logPage: logPage(running),
    close: async () => undefined,
  };
}

/** The hash that a line must have. */
export const hashOf = (text: string): string => hash("sha256", text, "hex");
