import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { keys, NETUID } from "../../../support/chainClient/opened.ts";
import { Weighing } from "../../../support/chainClient/weighing.ts";

/** Blocks follow each other slowly enough for a reorganisation that begins below the block of the weights. */
const options = { blockMs: 500, finalityLag: 4 };
const vector = [
  [1, 65_535],
  [2, 21_845],
];

async function lastUpdate({ double }: Weighing): Promise<number> {
  const read = (await double.control({ do: "read", name: "LastUpdate", keys: [NETUID] })) as string[];
  return Number(read[0]);
}

for (const keepsExtrinsics of [true, false])
  test(`weights of a block that is reorganised before it is final are not believed, and ${keepsExtrinsics ? "come back from the pool" : "are sent again as they were"}`, async (t) => {
    const weighing = await Weighing.start(t, { options });
    await weighing.submit(1);
    while (((await weighing.weights()) as unknown[]).length === 0) await sleep(20);
    const first = await lastUpdate(weighing);
    await weighing.double.control({ do: "reorganize", depth: 3, keepsExtrinsics });
    assert.deepEqual(await weighing.weights(), [], "the block of the weights is gone");
    assert.equal((await weighing.plan(1)).state, "submitted");
    const plan = await weighing.reached(1, "confirmed");
    assert.deepEqual(await weighing.weights(), vector);
    assert.ok((plan.commit_block ?? 0) > first, `included in block ${first}, then in ${plan.commit_block}`);
    assert.equal(plan.commit_block, await lastUpdate(weighing));
    assert.deepEqual([plan.extrinsics.length, plan.attempts], [1, 1]);
    const account = { do: "read", pallet: "System", name: "Account", keys: [keys.alice.hotkey] } as const;
    assert.equal(((await weighing.double.control(account)) as { nonce: number }).nonce, 1);
    assert.equal(weighing.driver.status().stopped, null);
  });
