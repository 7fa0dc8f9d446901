import assert from "node:assert/strict";
import type { WeightsWorld, WorldOptions } from "./weightsWorld.ts";

/** Each way of weights to the chain, by the name of its first call. */
export const methods: readonly { readonly name: string; readonly given: WorldOptions }[] = [
  { name: "set", given: {} },
  { name: "timelocked", given: { settings: { commitReveal: true } } },
  { name: "commit", given: { settings: { commitReveal: true }, options: { setting: "commit" } } },
];

/** Two periods that are over, with their reveals. */
export const BLOCKS = 85;

/** The first two periods are confirmed, each took effect once, and nothing was sent in vain. */
export async function assertOnce(world: WeightsWorld, name: string, at: string): Promise<void> {
  const [first = 0, second = 0] = world.periods;
  for (const period of [first, second]) {
    const plan = await world.plan(period);
    assert.equal(plan.state, "confirmed", `${at}: period ${period} ${plan.state}: ${plan.reason}`);
    assert.equal(world.effects(period), 1, `${at}: weights of period ${period} took effect`);
  }
  const sent = world.chain.events().filter(({ kind }) => kind === name);
  const included = (await world.plans()).filter(({ commit_block }) => commit_block !== null);
  assert.equal(sent.length, included.length, `${at}: sent per period`);
  assert.equal(world.driver.status().stopped, null, `${at}: stopped`);
}
