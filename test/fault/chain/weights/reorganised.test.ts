import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { keys, NETUID } from "../../../support/chainClient/opened.ts";
import { Weighing } from "../../../support/chainClient/weighing.ts";

const vector = [
  [1, 65_535],
  [2, 21_845],
];

async function lastUpdate({ double }: Weighing): Promise<number> {
  const read = (await double.control({ do: "read", name: "LastUpdate", keys: [NETUID] })) as string[];
  return Number(read[0]);
}

/** Blocks without extrinsics until the node has the weights, and then one with them. */
async function included({ double }: Weighing): Promise<void> {
  while ((await double.status()).pool === 0) {
    await double.control({ do: "produce", isEmpty: true });
    await sleep(200);
  }
  await double.control({ do: "produce" });
}

for (const keepsExtrinsics of [true, false])
  test(`weights of a block that is reorganised before it is final are not believed, and ${keepsExtrinsics ? "come back from the pool" : "are sent again as they were"}`, async (t) => {
    const weighing = await Weighing.start(t, { options: { finalityLag: 2 } });
    await weighing.double.control({ do: "run", blockMs: 0 });
    await weighing.submit(1);
    await included(weighing);
    assert.deepEqual(await weighing.weights(), vector);
    const first = await lastUpdate(weighing);
    await weighing.double.control({ do: "reorganize", depth: 1, keepsExtrinsics });
    assert.deepEqual(await weighing.weights(), [], "the block of the weights is gone");
    assert.equal((await weighing.plan(1)).state, "submitted");
    await weighing.double.control({ do: "run", blockMs: 300 });
    const plan = await weighing.reached(1, "confirmed");
    assert.deepEqual(await weighing.weights(), vector);
    assert.ok((plan.commit_block ?? 0) > first, `included in block ${first}, then in ${plan.commit_block}`);
    assert.equal(plan.commit_block, await lastUpdate(weighing));
    const account = { do: "read", pallet: "System", name: "Account", keys: [keys.alice.hotkey] } as const;
    assert.equal(((await weighing.double.control(account)) as { nonce: number }).nonce, 1);
    assert.equal(weighing.driver.status().stopped, null);
  });
