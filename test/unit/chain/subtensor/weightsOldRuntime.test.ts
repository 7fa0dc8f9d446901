import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { scheduleByHeight } from "../../../../src/chain/subtensor/read/byHeight.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { assertOnce, BLOCKS, methods } from "../../../support/chain/weighedOnce.ts";
import { WeightsWorld, type WorldOptions } from "../../../support/chain/weightsWorld.ts";

/** The chain's epochs, which are 20 blocks long from block 1003 on, as they would be by height, and its number of the first one. */
const place = { netuid: 16, tempo: 19, revealPeriodEpochs: 1 };
const NUMBERED = scheduleByHeight(1003, place).subnetEpochIndex - 50;

/** A runtime that keeps no epochs on record, and knows neither timelocked commits nor their version. */
function oldWorld({ settings = {}, ...rest }: WorldOptions): WeightsWorld {
  const world = new WeightsWorld({ ...rest, settings: { ...settings, commitRevealVersion: 0 } });
  const { node } = world;
  node.schedule = async ({ number }) => {
    const schedule = scheduleByHeight(number, place);
    return { ...schedule, subnetEpochIndex: schedule.subnetEpochIndex - NUMBERED };
  };
  node.timelockedCommits = async () => {
    const entry = "SubtensorModule.TimelockedWeightCommits";
    throw new AssayError({ code: "chain_entry_missing", entry, cause_text: "the runtime does not have it" });
  };
  return world;
}

describe("weights on a runtime from before epochs were on record", () => {
  for (const { name, given } of methods.filter((method) => method.name !== "timelocked"))
    it(`take effect once per period, by ${name}`, async () => {
      const world = oldWorld(given);
      await world.blocks(BLOCKS);
      await world.driver.close();
      assert.deepEqual(world.failures, []);
      await assertOnce(world, name, "old");
    });

  it("wait where commit-reveal is on, until hash commits are asked for", async () => {
    const world = oldWorld({ settings: { commitReveal: true } });
    await world.blocks(BLOCKS);
    await world.driver.close();
    assert.deepEqual([world.failures, world.chain.events()], [[], []]);
    assert.match(
      world.driver.status().waits ?? "",
      /from before timelocked commits.*set chain\.weights: commit/,
    );
  });
});
