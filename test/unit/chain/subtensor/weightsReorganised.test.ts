import { describe, it } from "node:test";
import { assertOnce, BLOCKS, methods } from "../../../support/chain/weighedOnce.ts";
import { WeightsWorld } from "../../../support/chain/weightsWorld.ts";

/** Long enough for an extrinsic that is sent again to become final between two reorganisations. */
const EVERY = 9;

/** Blocks that are not final are replaced by as many, which take no transactions. */
function reorganise({ chain, node }: WeightsWorld, isLost: boolean): void {
  chain.reorganise(chain.finalityLag, isLost, node.signed);
  chain.isFull = true;
  chain.produce(chain.finalityLag);
  chain.isFull = false;
}

async function run(world: WeightsWorld, offset: number, isLost: boolean): Promise<void> {
  for (let i = 0; i < BLOCKS; i++) {
    await world.blocks(1);
    if (i > world.chain.finalityLag && i % EVERY === offset) reorganise(world, isLost);
  }
  await world.driver.close();
}

describe("weights on blocks that are reorganised before they are final", () => {
  for (const { name, given } of methods)
    for (const [isLost, where] of [[false, "back in the pool"] as const, [true, "lost"] as const])
      it(`take effect once, by ${name}, with transactions that are ${where}`, async () => {
        for (let offset = 0; offset < EVERY; offset++) {
          const world = new WeightsWorld(given);
          await run(world, offset, isLost);
          await assertOnce(world, name, `reorganised at ${offset} of ${EVERY} blocks`);
        }
      });
});
