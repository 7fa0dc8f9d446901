import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { SubtensorNode } from "../../../src/chain/subtensor/node.ts";
import { WeightsDriver } from "../../../src/chain/subtensor/weights/weightsDriver.ts";
import { systemClock } from "../../../src/core/clock.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { systemRandom } from "../../../src/core/random.ts";
import type { WeightMethod, WeightPlan } from "../../../src/flow/weightPlan.ts";
import type { SubnetUnderTest } from "../../support/chain/development/subnet.ts";
import { MemoryPlans } from "../../support/chain/weightsWorld.ts";
import { openedOn } from "../../support/chainClient/opened.ts";

interface Opened {
  readonly node: SubtensorNode;
  readonly driver: WeightsDriver;
  readonly plans: MemoryPlans;
}

async function opened(t: TestContext, subnet: SubnetUnderTest, method: WeightMethod): Promise<Opened> {
  const { url, genesis, netuid, validator } = subnet;
  const { hotkey } = validator;
  const plans = new MemoryPlans();
  const made: WeightsDriver[] = [];
  const { node } = await openedOn(t, [url], {
    ...{ genesis, netuid, hotkey, signer: validator, blockMs: 12_000, staleAfterMs: 120_000, waitMs: 60_000 },
    weights: (of, log) => {
      const options = { netuid, mechanism: 0, hotkey, setting: method, burnAbsent: "skip" } as const;
      const modules = { node: of, store: plans, clock: systemClock, random: systemRandom, log };
      const driver = new WeightsDriver(
        { ...options, everyTempos: 1, versionKey: null },
        { ...modules, metrics: noMetrics },
      );
      made.push(driver);
      return driver;
    },
  });
  return { node, plans, driver: made[0] ?? assert.fail("no driver") };
}

async function ended(plans: MemoryPlans, period: number): Promise<WeightPlan> {
  for (;;) {
    const plan = (await plans.weightPlan(period)) ?? assert.fail("no plan");
    if (plan.state === "missed") assert.fail(plan.reason ?? "missed");
    if (plan.state === "confirmed") return plan;
    await sleep(100);
  }
}

/** Weights of a validator by one way, from the plan to what the chain holds. */
export async function weightCycle(
  t: TestContext,
  subnet: SubnetUnderTest,
  method: WeightMethod,
): Promise<void> {
  await subnet.setCommitReveal(method !== "set");
  const { node, driver, plans } = await opened(t, subnet, method);
  const at = node.finalized() ?? assert.fail("no finalised block");
  const { neurons, tempo } = await node.metagraph(at);
  const uidOf = (hotkey: string): number => neurons.find((neuron) => neuron.hotkey === hotkey)?.uid ?? -1;
  const shares = { set: [65_535, 13_107], commit: [13_107, 65_535], timelocked: [65_535, 21_845] }[method];
  const rows = subnet.miners
    .map((hotkey, i) => ({ uid: uidOf(hotkey), hotkey, u16: shares[i] ?? 0 }))
    .sort((a, b) => a.uid - b.uid);
  const period = Math.floor(at.number / tempo);
  await driver.submit({ period, rows, burnHotkey: null });
  const plan = await ended(plans, period);
  assert.equal(plan.method, method);
  const then = node.finalized() ?? assert.fail("no finalised block");
  const uid = uidOf(subnet.validator.hotkey);
  const held = (await node.weightsOf(then, uid)).toSorted((a, b) => a.uid - b.uid);
  assert.deepEqual(
    held,
    rows.map(({ uid: of, u16 }) => ({ uid: of, u16 })),
  );
  assert.equal(driver.status().stopped, null);
}
