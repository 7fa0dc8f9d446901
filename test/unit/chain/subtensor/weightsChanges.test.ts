import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { PlanState, WeightPlan } from "../../../../src/flow/weightPlan.ts";
import { hotkeyOf } from "../../../support/chain/fakeChain.ts";
import { rowsFor, valuesOf, WeightsWorld, type WorldOptions } from "../../../support/chain/weightsWorld.ts";

// What the chain does between two steps of a plan: hotkeys that go, settings that change, another one who sends.

const timelocked: WorldOptions = { settings: { commitReveal: true } };
const hash: WorldOptions = { ...timelocked, options: { setting: "commit" } };

/** Runs until the first plan is in a state. */
async function reached(world: WeightsWorld, state: PlanState): Promise<WeightPlan> {
  for (let i = 0; i < 200; i++) {
    const [plan] = await world.plans();
    if (plan?.state === state) return plan;
    await world.blocks(1);
  }
  const [plan] = await world.plans();
  return assert.fail(`${plan?.state}: ${plan?.reason}; ${world.failures.join()}`);
}

/** Only the first period has weights. */
function once(world: WeightsWorld): WeightsWorld {
  const { orderOf } = world;
  let first: number | null = null;
  world.orderOf = (period) => {
    first ??= period;
    return period === first ? orderOf(period) : null;
  };
  return world;
}

function replaceUid(world: WeightsWorld, uid: number, hotkey: string): void {
  const { chain } = world;
  const neurons = chain.settings.neurons.map((neuron) =>
    neuron.uid === uid ? { ...neuron, hotkey } : neuron,
  );
  chain.settings = { ...chain.settings, neurons };
}

const states = ({ history }: WeightPlan): PlanState[] => history.map(({ state }) => state);
const weightsOf = (world: WeightsWorld) => world.chain.final.state.weights.get(0) ?? [];

describe("a uid that gets another hotkey after the commit", () => {
  for (const [name, given] of Object.entries({ timelocked, hash })) {
    it(`gets nothing while another commit can be made (${name})`, async () => {
      const world = once(new WeightsWorld(given));
      const { commit, period } = await reached(world, "committed");
      await world.blocks(1);
      replaceUid(world, 2, hotkeyOf(9));
      const plan = await reached(world, "confirmed");
      assert.notEqual(plan.commit, commit);
      assert.deepEqual(states(plan).slice(0, 6), [
        ...["planned", "submitted", "committed", "planned", "submitted", "committed"],
      ]);
      assert.match(plan.history[3]?.reason ?? "", /uid 2: another hotkey.*another commit takes its place/);
      assert.deepEqual(plan.left_out, [rowsFor(period)[1]]);
      assert.deepEqual(
        weightsOf(world).map(({ uid }) => uid),
        [1, 3],
      );
      assert.equal(world.driver.status().stopped, null);
    });
  }

  it("is named where the rate limit allows no other commit, and the chain opens the first", async () => {
    const world = once(new WeightsWorld({ settings: { commitReveal: true, rateLimit: 30 } }));
    await reached(world, "committed");
    replaceUid(world, 2, hotkeyOf(9));
    await world.blocks(4);
    const [plan] = await world.plans();
    assert.match(
      plan?.reason ?? "",
      /uid 2: another hotkey.*no other commit takes its place: .*30 blocks later/,
    );
    assert.deepEqual(states(await reached(world, "confirmed")), [
      ...["planned", "submitted", "committed", "revealed", "confirmed"],
    ]);
  });

  it("keeps a hash from being revealed once its epoch is over", async () => {
    const world = once(new WeightsWorld({ ...hash, settings: { commitReveal: true, rateLimit: 30 } }));
    await reached(world, "committed");
    replaceUid(world, 2, hotkeyOf(9));
    const plan = await reached(world, "missed");
    assert.match(plan.reason ?? "", /uid 2: another hotkey.*not revealed/);
    assert.deepEqual(weightsOf(world), []);
  });

  it("leads to one more commit when the process is killed at any call", async () => {
    const run = async (dieAt: number | null) => {
      const world = once(new WeightsWorld(timelocked));
      await reached(world, "committed");
      replaceUid(world, 2, hotkeyOf(9));
      const before = world.process.points;
      world.process.dieAt = dieAt === null ? null : before + dieAt;
      await world.blocks(70);
      await world.driver.close();
      return { world, passed: world.process.passed.slice(before) };
    };
    const { passed } = await run(null);
    for (const [i, point] of passed.entries()) {
      if (!/^(saveWeightPlan|nextNonce|sign|broadcast) /.test(point)) continue;
      const dieAt = i + 1;
      const { world } = await run(dieAt);
      const [plan] = await world.plans();
      assert.equal(plan?.state, "confirmed", `killed at ${dieAt}: ${plan?.reason}`);
      assert.deepEqual(
        weightsOf(world).map(({ uid }) => uid),
        [1, 3],
        `killed at ${dieAt}`,
      );
      const commits = world.chain.events().filter(({ kind }) => kind === "timelocked");
      assert.equal(commits.length, 2, `killed at ${dieAt}`);
    }
  });
});

describe("weights", () => {
  it("are not sent when only the burn's share is left of them", async () => {
    const world = once(new WeightsWorld());
    const burn = { uid: 3, hotkey: hotkeyOf(4), u16: 65_535 };
    const gone = { uid: 1, hotkey: hotkeyOf(8), u16: 300 };
    world.orderOf = (period) => ({ period, rows: [gone, burn], burnHotkey: burn.hotkey });
    const plan = await reached(world, "missed");
    assert.match(plan.reason ?? "", /no miner of the vector is registered: nothing is sent/);
    assert.deepEqual(world.chain.events(), []);
  });

  it("are sent when all of them is burnt", async () => {
    const world = once(new WeightsWorld());
    const burn = { uid: 3, hotkey: hotkeyOf(4), u16: 65_535 };
    world.orderOf = (period) => ({ period, rows: [burn], burnHotkey: burn.hotkey });
    await reached(world, "confirmed");
    assert.deepEqual(weightsOf(world), [{ uid: 3, u16: 65_535 }]);
  });

  it("are not revealed while commit-reveal is off, and the plan says so", async () => {
    const world = once(new WeightsWorld(hash));
    await reached(world, "committed");
    world.chain.settings = { ...world.chain.settings, commitReveal: false };
    const plan = await reached(world, "missed");
    assert.match(plan.reason ?? "", /expired; before that: commit-reveal was switched off/);
    assert.equal(plan.extrinsics.filter(({ purpose }) => purpose === "reveal").length, 0);
  });

  it("of another process are not taken for ours, be they the same, while our own nonce is unused", async () => {
    const world = once(new WeightsWorld());
    const { chain, node } = world;
    const period = Math.floor(chain.final.number / 20);
    const values = valuesOf(period);
    const call = { kind: "set", uids: [1, 2, 3], values, versionKey: 0 } as const;
    chain.isFull = true;
    chain.submit("0xother", { hotkey: hotkeyOf(1), call, nonce: 0, from: 1000, until: 2000 });
    node.reaches = false;
    const plan = await reached(world, "submitted");
    assert.deepEqual([plan.period, plan.extrinsics[0]?.nonce, plan.values], [period, 1, values]);
    chain.isFull = false;
    await world.blocks(5);
    assert.deepEqual(weightsOf(world).length, 3);
    assert.equal(world.driver.status().stopped?.code, "another_validator_on_this_hotkey");
    assert.equal((await world.plan(period)).state, "submitted");
    node.reaches = true;
    await world.blocks(60);
    assert.equal(
      chain.events().filter(({ kind }) => kind === "set").length,
      1,
      "nothing is sent until resume",
    );
    await world.restart();
    await world.blocks(1);
    assert.equal(world.driver.status().stopped?.code, "another_validator_on_this_hotkey");
    await world.driver.resume("the other one is stopped");
    world.orderOf = (due) => ({ period: due, rows: rowsFor(due), burnHotkey: null });
    await world.blocks(45);
    assert.ok(chain.events().filter(({ kind }) => kind === "set").length > 1);
  });
});
