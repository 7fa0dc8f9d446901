import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { WeightsDriver, type WeightsOptions } from "../../../src/chain/subtensor/weights/weightsDriver.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { Chain } from "../../../src/flow/chain.ts";
import type { PlanState, WeightPlan } from "../../../src/flow/weightPlan.ts";
import {
  type ConnectedClient,
  connectClient,
  type TestAccount,
  testAccount,
} from "../chain/connectClient.ts";
import type { ChainDoubleOptions, SubnetOptions } from "../chain/options.ts";
import type { RunningDouble } from "../chain/startChainDouble.ts";
import { MemoryPlans } from "../chain/weightsWorld.ts";
import { doubleFor, keys, NETUID, neurons, openedOn } from "./opened.ts";

/** Blocks follow each other as fast as a busy machine can look at them. */
export const WEIGHING_MS = 100;

export const bob = { uid: 1, hotkey: keys.bob.hotkey, u16: 65_535 };
export const charlie = { uid: 2, hotkey: keys.charlie.hotkey, u16: 21_845 };

interface Start {
  readonly subnet?: Partial<SubnetOptions>;
  readonly options?: Partial<ChainDoubleOptions>;
  readonly weights?: Partial<WeightsOptions>;
  /** How many of the double's endpoints the validator is given. */
  readonly given?: number;
}

/** //Alice's validator on a double in another process: the client and the driver of weights, on a store in memory. */
export class Weighing {
  readonly double: RunningDouble;
  readonly chain: Chain;
  readonly plans: MemoryPlans;
  readonly driver: WeightsDriver;

  private constructor(double: RunningDouble, chain: Chain, plans: MemoryPlans, driver: WeightsDriver) {
    this.chain = chain;
    this.double = double;
    this.plans = plans;
    this.driver = driver;
  }

  static async start(
    t: TestContext,
    { subnet = {}, options = {}, weights = {}, given = 1 }: Start = {},
  ): Promise<Weighing> {
    const subnets = [
      {
        netuid: NETUID,
        neurons,
        tempo: 1000,
        commitReveal: false,
        rateLimit: 0,
        stakeThreshold: 1,
        ...subnet,
      },
    ];
    const double = await doubleFor(t, { subnets, blockMs: WEIGHING_MS, endpoints: 2, ...options });
    return Weighing.on(t, double, new MemoryPlans(), weights, given);
  }

  /** A process more, or one that starts again with what is on record. */
  static async on(
    t: TestContext,
    double: RunningDouble,
    plans: MemoryPlans,
    weights: Partial<WeightsOptions> = {},
    given = 1,
  ): Promise<Weighing> {
    const place = { netuid: NETUID, mechanism: 0, hotkey: keys.alice.hotkey } as const;
    const rules = { setting: "auto", burnAbsent: "skip", everyTempos: 1, versionKey: null } as const;
    let driver: WeightsDriver | null = null;
    const { chain } = await openedOn(t, double.urls.slice(0, given), {
      staleAfterMs: 20_000,
      weights: (node, log) => {
        const modules = { node, store: plans, clock: systemClock, random: systemRandom, log };
        driver = new WeightsDriver({ ...place, ...rules, ...weights }, { ...modules, metrics: noMetrics });
        return driver;
      },
    });
    return new Weighing(double, chain, plans, driver ?? assert.fail("no driver"));
  }

  /** Hands in weights for a period. */
  async submit(period: number, rows = [bob, charlie], burnHotkey: string | null = null): Promise<void> {
    await this.driver.submit({ period, rows, burnHotkey });
  }

  async plan(period: number): Promise<WeightPlan> {
    return (await this.plans.weightPlan(period)) ?? assert.fail(`no plan of period ${period}`);
  }

  /** The plan of a period once it is what the test waits for. */
  async until(period: number, holds: (plan: WeightPlan) => boolean): Promise<WeightPlan> {
    for (;;) {
      const plan = await this.plan(period);
      if (holds(plan)) return plan;
      await sleep(20);
    }
  }

  reached(period: number, state: PlanState): Promise<WeightPlan> {
    return this.until(period, (plan) => {
      const isOver = plan.state === "missed" || plan.state === "confirmed";
      if (isOver && plan.state !== state) assert.fail(`${plan.state}: ${plan.reason}`);
      return plan.state === state;
    });
  }

  /** Resolves so many blocks later. */
  async blocks(count: number): Promise<void> {
    const { number } = (await this.double.status()).best;
    while ((await this.double.status()).best.number < number + count) await sleep(20);
  }

  /** What the chain holds as the validator's weights. */
  weights(): Promise<unknown> {
    return this.double.control({ do: "read", name: "Weights", keys: [NETUID, 0] });
  }
}

/** Somebody else with //Alice's key, at the second endpoint. */
export async function another(
  t: TestContext,
  double: RunningDouble,
): Promise<ConnectedClient & { readonly alice: TestAccount }> {
  const connected = connectClient(double.urls[1] ?? "");
  t.after(() => connected.client.destroy());
  return { ...connected, alice: await testAccount("//Alice") };
}
