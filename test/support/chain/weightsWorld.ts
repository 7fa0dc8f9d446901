import { isEnded } from "../../../src/chain/subtensor/weights/plan.ts";
import {
  WeightsDriver,
  type WeightsOptions,
  type WeightsStore,
} from "../../../src/chain/subtensor/weights/weightsDriver.ts";
import { silentLog } from "../../../src/core/log.ts";
import { type Random, systemRandom } from "../../../src/core/random.ts";
import type { UidWeight, WeightOrder } from "../../../src/flow/chain.ts";
import type { WeightPlan } from "../../../src/flow/weightPlan.ts";
import { Counts } from "../counts.ts";
import { FakeClock } from "../fakeClock.ts";
import { type ChainSettings, FakeChain, hotkeyOf, NETUID, settings } from "./fakeChain.ts";
import { FakeNode } from "./fakeNode.ts";

/** Plans and notes as a store keeps them: as texts. */
export class MemoryPlans implements WeightsStore {
  readonly #plans = new Map<number, string>();
  readonly notes = new Map<string, string>();

  all(): WeightPlan[] {
    return [...this.#plans.values()]
      .map((text) => JSON.parse(text) as WeightPlan)
      .sort((a, b) => a.period - b.period);
  }
  async weightPlan(period: number) {
    return this.all().find((plan) => plan.period === period) ?? null;
  }
  async openWeightPlans() {
    return this.all().filter((plan) => !isEnded(plan));
  }
  async weightPlans(before: number | null, limit: number) {
    const earlier = this.all().filter(({ period }) => before === null || period < before);
    return earlier.reverse().slice(0, limit);
  }
  async saveWeightPlan(plan: WeightPlan) {
    this.#plans.set(plan.period, JSON.stringify(plan));
  }
  async note(key: string) {
    return this.notes.get(key) ?? null;
  }
  async setNote(key: string, value: string) {
    this.notes.set(key, value);
  }
}

/** A process that can be killed: from then on none of its calls has an effect. */
class Process {
  isDead = false;
  points = 0;
  dieAt: number | null = null;
  readonly passed: string[] = [];

  point(name: string): void {
    this.points++;
    this.passed.push(name);
    if (this.points === this.dieAt) this.isDead = true;
    if (this.isDead) throw new Error(`killed at ${name}`);
  }

  /** The methods of a port, with a point before and after each. */
  mortal<T extends object>(target: T): T {
    return new Proxy(target, {
      get: (object, name) => {
        const method: unknown = Reflect.get(object, name);
        if (typeof method !== "function" || name === "finalized")
          return typeof method === "function" ? method.bind(object) : method;
        return async (...args: unknown[]) => {
          this.point(`${String(name)} before`);
          // A broadcast takes effect at once, and is watched for long.
          const result: unknown = Reflect.apply(method, object, args);
          if (name === "broadcast") this.point("broadcast after");
          const settled = await result;
          if (name !== "broadcast") this.point(`${String(name)} after`);
          return settled;
        };
      },
    });
  }
}

export interface WorldOptions {
  readonly options?: Partial<WeightsOptions>;
  readonly settings?: Partial<ChainSettings>;
  readonly store?: WeightsStore;
  readonly chain?: FakeChain;
}

/** A chain, a node, a store, and a validator that weighs each period as it is over. */
export class WeightsWorld {
  readonly chain: FakeChain;
  readonly node: FakeNode;
  readonly clock = new FakeClock(1_700_000_000_000);
  readonly metrics = new Counts();
  readonly logged: { readonly event: string; readonly data: object | undefined }[] = [];
  store: WeightsStore;
  driver: WeightsDriver;
  /** Points that all processes passed; the one at which the process is killed, once. */
  readonly process = new Process();
  /** What is handed in for a period; null for nothing. */
  orderOf: (period: number) => WeightOrder | null = defaultOrder;
  failures: string[] = [];
  readonly #options: WeightsOptions;
  readonly #handed = new Set<number>();
  readonly #first: number;

  constructor(given: WorldOptions = {}) {
    this.chain = given.chain ?? new FakeChain(1003);
    if (given.settings !== undefined) this.chain.settings = { ...settings, ...given.settings };
    this.node = new FakeNode(this.chain, hotkeyOf(1));
    this.store = given.store ?? new MemoryPlans();
    this.#options = {
      ...{ netuid: NETUID, mechanism: 0, hotkey: hotkeyOf(1), setting: "auto", burnAbsent: "skip" },
      ...{ everyTempos: 1, versionKey: null, ...given.options },
    };
    this.#first = this.#period() - 1;
    this.driver = this.#start();
  }

  #start(): WeightsDriver {
    const random: Random = {
      ...systemRandom,
      bytes: (count) => {
        const bytes = systemRandom.bytes(count);
        if (count === 32) this.chain.keys.push(bytes);
        return bytes;
      },
    };
    const note = (event: string, data?: object): void => void this.logged.push({ event, data });
    const { clock, metrics } = this;
    return new WeightsDriver(this.#options, {
      node: this.process.mortal(this.node),
      store: this.process.mortal(this.store),
      ...{ clock, random, metrics, log: { ...silentLog, info: note, warn: note, error: note } },
    });
  }

  /** The process ends, however it stands, and another one starts. */
  async restart(): Promise<void> {
    this.process.isDead = true;
    await this.driver.close();
    this.process.isDead = false;
    this.driver = this.#start();
  }

  #period(): number {
    return Math.floor(this.chain.final.number / (this.chain.settings.tempo * this.#options.everyTempos));
  }

  /** Hands in what is due and ticks; a killed process starts again. */
  async turn(): Promise<void> {
    for (;;) {
      try {
        const over = this.#period() - 1;
        if (over > this.#first && !this.#handed.has(over)) {
          const order = this.orderOf(over);
          if (order !== null) await this.driver.submit(order);
          this.#handed.add(over);
        }
        await this.driver.tick();
      } catch (error) {
        this.failures.push(String(error));
      }
      for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
      if (!this.process.isDead) return;
      await this.restart();
    }
  }

  async blocks(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.chain.produce();
      this.clock.advance(12_000);
      await this.turn();
    }
  }

  async plans(): Promise<WeightPlan[]> {
    return (await this.store.weightPlans(null, 100)).reverse();
  }

  async plan(period: number): Promise<WeightPlan> {
    const plan = await this.store.weightPlan(period);
    if (plan === null) throw new Error(`no plan of period ${period}`);
    return plan;
  }

  /** How often the weights of a period took effect on chain. */
  effects(period: number): number {
    const what = valuesOf(period).join();
    return this.chain.events().filter((event) => event.kind === "weights" && event.what === what).length;
  }

  /** The periods that were handed in. */
  get periods(): number[] {
    return [...this.#handed];
  }
}

/** Values that no other period has. */
export function valuesOf(period: number): number[] {
  return [65_535, 1000 + period, 30_000 - period];
}

export function rowsFor(period: number): UidWeight[] {
  return valuesOf(period).map((u16, i) => ({ uid: i + 1, hotkey: hotkeyOf(i + 2), u16 }));
}

function defaultOrder(period: number): WeightOrder {
  return { period, rows: rowsFor(period), burnHotkey: null };
}
