import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { methods } from "../../../support/chain/weighedOnce.ts";
import { WeightsWorld } from "../../../support/chain/weightsWorld.ts";

const ENTRY = "SubtensorModule.set_weights";

/** A world whose runtime lacks the calls of a purpose until they are given back. */
function lacking(world: WeightsWorld, kinds: readonly string[]): () => void {
  const { node } = world;
  const sign = node.sign.bind(node);
  node.sign = async (call, options) => {
    if (!kinds.includes(call.kind)) return sign(call, options);
    throw new AssayError({ code: "chain_entry_missing", entry: ENTRY, cause_text: "gone" });
  };
  return () => {
    node.sign = sign;
  };
}

describe("weights whose call the runtime does not have", () => {
  for (const { name, given } of methods)
    it(`wait with the entry's name in plan, status and alarm, and go once it is there (${name})`, async () => {
      const world = new WeightsWorld(given);
      const giveBack = lacking(world, [name]);
      await world.blocks(20);
      const [waiting] = await world.plans();
      assert.deepEqual([waiting?.state, waiting?.extrinsics], ["planned", []]);
      assert.match(waiting?.reason ?? "", /no extrinsic can be made: .*SubtensorModule\.set_weights/);
      await world.blocks(12);
      const { waits, alarms } = world.driver.status();
      assert.match(waits ?? "", /SubtensorModule\.set_weights/);
      assert.match(alarms[0]?.text ?? "", /not on chain.*SubtensorModule\.set_weights/);
      assert.deepEqual(world.failures, [], "it is no failure of the node or the store");
      assert.equal(world.logged.filter(({ event }) => event === "weights_not_made").length, 1);
      giveBack();
      await world.blocks(60);
      const plan = (await world.plans()).find(({ state }) => state === "confirmed");
      assert.equal(plan?.reason, null);
      assert.deepEqual(world.driver.status().alarms, []);
    });

  it("are those of a reveal alone: commits of later periods go on", async () => {
    const world = new WeightsWorld({ settings: { commitReveal: true }, options: { setting: "commit" } });
    lacking(world, ["reveal"]);
    await world.blocks(85);
    const plans = await world.plans();
    assert.match(plans[0]?.reason ?? "", /expired; before that: no extrinsic can be made/);
    assert.ok(plans.filter(({ commit_block }) => commit_block !== null).length >= 3);
  });
});
