import { setImmediate as turn } from "node:timers/promises";
import { ModelMarks } from "../../../../sim/validator/marks.ts";
import { defaultConfig } from "../../../../src/config/load.ts";
import { silentLog } from "../../../../src/core/log.ts";
import type { Dispatcher } from "../../../../src/dispatch/dispatcher.ts";
import type { JobInput } from "../../../../src/flow/lane.ts";
import type { Pool, TaskOfKind } from "../../../../src/flow/pool.ts";
import type { CustomerOutcome, Store } from "../../../../src/flow/store.ts";
import type { Judge } from "../../../../src/judge/judge.ts";
import { assemblePush } from "../../../../src/validator/assemblePush.ts";
import { assembleStages } from "../../../../src/validator/assembleStages.ts";
import { dispatcherOptions, proofVerifierOptions } from "../../../../src/validator/pushOptions.ts";
import { nodeStore } from "../../../../src/validator/roles/nodeStore.ts";
import {
  drawingBlock,
  isServedElsewhere,
  type SharedPush,
  sharePush,
} from "../../../../src/validator/roles/sharedPush.ts";
import { judgeOptions, weigherOptions } from "../../../../src/validator/stageOptions.ts";
import { Counts } from "../../counts.ts";
import { SeededRandom } from "../../dispatch/cap/queueing.ts";
import { FakeLink, type LinkFacts } from "../../dispatch/link.ts";
import { proveLane } from "../../dispatch/world.ts";
import type { FakeClock } from "../../fakeClock.ts";
import { signer } from "../../weigh/world.ts";

/** Far longer than a test: a lease ends only when the test says so. */
const TTL_MS = 600_000;
const NAME = "prove";

const config = { ...defaultConfig(), judge: { ...defaultConfig().judge, cold_start_blocks: 0 } };

const chain = {
  block: () => 1000,
  tempo: () => 360,
  miners: () => null,
  submitWeights: async () => [],
};

/** Finds every answer right in which the word "wrong" does not occur. */
const pool: Pool = {
  run: async (task) =>
    (task as TaskOfKind<"proofs">).items.map(({ answer }) =>
      answer.includes("wrong") ? { outcome: "invalid", code: "proof_rejected" } : { outcome: "valid" },
    ) as never,
  close: async () => undefined,
};

/** A process with a lease as the test gives it. */
export class TestNode {
  readonly name: string;
  token = 0;
  alive = true;
  cordoned = false;
  readonly #store: Store;

  constructor(store: Store, name: string) {
    this.#store = store;
    this.name = name;
  }

  async join(): Promise<void> {
    this.token = await this.#store.joinNode({ name: this.name, roles: ["dispatch"], version: "1" }, TTL_MS);
  }

  isAlive(): boolean {
    return this.alive;
  }

  takesWork(): boolean {
    return this.alive && !this.cordoned;
  }
}

/** The push lane of one process as it is composed, over a store that the test shares out; its miners are the test's. */
export class PushProcess {
  readonly node: TestNode;
  readonly dispatcher: Dispatcher;
  readonly judge: Judge;
  readonly counts: Counts;
  readonly listener: SharedPush["listener"];
  readonly #looks: (() => void | Promise<void>)[] = [];
  readonly #store: Store;

  static async start(store: Store, name: string, clock: FakeClock): Promise<PushProcess> {
    const node = new TestNode(store, name);
    await node.join();
    const lanes = new Map([[NAME, proveLane(NAME)]]);
    const view = nodeStore(store, {
      get token() {
        return node.token;
      },
      checks: () => false,
    });
    const counts = new Counts();
    const base = {
      ...{ clock, random: new SeededRandom(node.token), log: silentLog, metrics: counts },
      ...{ lanes, store: view, chain, signer, marks: new ModelMarks() },
    };
    const policy = {
      lanes: { [NAME]: "1" },
      classes: { customer: "1", cold_start: "1", struck: "1" },
      floor: "1",
    };
    const stages = await assembleStages(
      {
        ...{ epochHours: 1, policy, masters: [Buffer.alloc(32, 1)] },
        ...{ judge: judgeOptions(config), weigher: weigherOptions(config, "validator", lanes) },
      },
      base,
    );
    let shared: SharedPush | null = null;
    const push = await assemblePush(
      {
        ...{
          epochs: stages.epochs,
          hotkey: "validator",
          proofVerifier: { ...proofVerifierOptions(config), bound: 64 },
        },
        dispatcher: { ...dispatcherOptions(config), node: name },
      },
      {
        ...{ ...base, ...stages, pool },
        soon: (run) => void setImmediate(run),
        draw: stages.sampler.draw.bind(stages.sampler),
        block: drawingBlock({ node, chain }, () => shared),
        memoryAvailable: () => null,
        servedElsewhere: (hotkey) => isServedElsewhere({ store: view, node }, hotkey),
        unreachable: (outcome) => void outcome.catch(() => undefined),
      },
    );
    shared = sharePush(push, { ...base, node }, { againMs: 60_000 });
    return new PushProcess(store, { node, counts, shared, dispatcher: push.dispatcher, judge: stages.judge });
  }

  private constructor(
    store: Store,
    parts: Pick<PushProcess, "node" | "counts" | "dispatcher" | "judge"> & { readonly shared: SharedPush },
  ) {
    this.#store = store;
    this.node = parts.node;
    this.counts = parts.counts;
    this.dispatcher = parts.dispatcher;
    this.judge = parts.judge;
    this.listener = parts.shared.listener;
    parts.shared.schedule({
      every: (_name, _ms, job) => void this.#looks.push(job),
      atStop: () => undefined,
    });
  }

  /** A miner opens a stream here. */
  async opens(hotkey: string, facts: Partial<LinkFacts> = {}): Promise<FakeLink> {
    const link = new FakeLink(this.listener, hotkey, { lanes: [NAME], ...facts });
    this.listener.opened(link);
    await this.settle();
    return link;
  }

  /** Does what its timers do, once. */
  async look(): Promise<void> {
    this.dispatcher.tick();
    for (const look of this.#looks) await look();
    await this.settle();
  }

  /** Lets everything happen that waits for the store alone. */
  async settle(): Promise<void> {
    for (let round = 0; round < 12; round++) {
      await this.#store.ping();
      await turn();
    }
  }

  /** It is gone, as others see it: its lease is over. It does not know yet. */
  async dies(): Promise<void> {
    await this.#store.leaveNode(this.node.token);
  }
}

let put = 0;

/** A customer's job, put in through any process. */
export async function putJob(
  store: Store,
  clock: FakeClock,
  more: { readonly kind?: string; readonly deadlineMs?: number; readonly privateInput?: JobInput } = {},
): Promise<string> {
  put++;
  const jobId = `jb_${String(put).padStart(32, "0")}`;
  const { kind = "square", deadlineMs = 86_400_000, privateInput = null } = more;
  const outcome: CustomerOutcome = await store.addCustomerJob(
    {
      ...{ jobId, owner: null, clientKey: jobId, lane: NAME, kind, input: { customer: jobId }, privateInput },
      ...{ createdAt: clock.now, deadlineAt: clock.now + deadlineMs, state: "queued", attempts: 0 },
      ...{ answer: null, verified: null, hotkey: null, code: null, endedAt: null },
    },
    { all: 10_000, perOwner: 10_000 },
  );
  if (outcome.kind !== "added") throw new Error(`the job was not added: ${outcome.kind}`);
  return jobId;
}

/** The orders of the link for a customer's job, whatever their work ids. */
export function ordersOf(link: FakeLink, jobId: string): string[] {
  return link.sent.filter(({ input }) => input.customer === jobId).map(({ job_id }) => job_id);
}
