import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { assertOnce, BLOCKS, methods } from "../../../support/chain/weighedOnce.ts";
import { WeightsWorld, type WorldOptions } from "../../../support/chain/weightsWorld.ts";
import { scaled, seedOf } from "../../../support/fault/scale.ts";
import { openInlineStore } from "../../../support/store/inline.ts";

/** Calls that follow each other at each block and change nothing: of these every so many is tried. */
const reads = new Set(
  ["limits", "schedule", "nonceAt", "weightsOf", "hashCommits", "timelockedCommits", "metagraph", "note"]
    .concat("openWeightPlans", "weightPlans", "weightPlan")
    .flatMap((name) => [`${name} before`, `${name} after`]),
);
const EVERY = 13;

async function run(given: WorldOptions, dieAt: number | null): Promise<WeightsWorld> {
  const world = new WeightsWorld(given);
  world.process.dieAt = dieAt;
  await world.blocks(BLOCKS);
  await world.driver.close();
  return world;
}

describe("weights of a process that is killed", () => {
  for (const { name, given } of methods)
    it(`at any call are ${name === "set" ? "set" : `sent by ${name} and revealed`} once per period`, async () => {
      const whole = await run(given, null);
      await assertOnce(whole, name, "undisturbed");
      const { points, passed } = whole.process;
      assert.ok(passed.includes("broadcast after") && passed.includes("saveWeightPlan before"));
      // All points by `make fault`; here every sixth, from a place that the seed decides.
      const step = scaled(6, 1);
      for (let dieAt = 1 + (seedOf(name) % step); dieAt <= points; dieAt += step) {
        const point = passed[dieAt - 1] ?? "";
        if (reads.has(point) && dieAt % EVERY !== 0) continue;
        await assertOnce(await run(given, dieAt), name, `killed at ${dieAt}, ${point}`);
      }
    });

  it("between any two blocks, with the store on disk, are sent once per period", async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "assay-weights-"));
    const file = join(folder, "assay.db");
    let store = openInlineStore(file);
    t.after(async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    });
    const world = new WeightsWorld({ settings: { commitReveal: true }, store });
    for (let i = 0; i < BLOCKS; i++) {
      await world.blocks(1);
      await store.close();
      store = openInlineStore(file);
      world.store = store;
      await world.restart();
    }
    await assertOnce(world, "timelocked", "restarted at each block");
    await world.driver.close();
  });
});
