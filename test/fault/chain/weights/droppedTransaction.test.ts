import assert from "node:assert/strict";
import { test } from "node:test";
import { Weighing } from "../../../support/chainClient/weighing.ts";

test("a dropped transaction is sent again as it is while a block can include it", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "faults", set: { dropExtrinsics: true } });
  await weighing.submit(1);
  await weighing.reached(1, "submitted");
  await weighing.blocks(3);
  await weighing.double.control({ do: "healthy" });
  const plan = await weighing.reached(1, "confirmed");
  assert.deepEqual([plan.extrinsics.length, plan.attempts], [1, 1]);
  assert.deepEqual(await weighing.weights(), [
    [1, 65_535],
    [2, 21_845],
  ]);
});

test("another one is made only when no block can include the dropped one any more", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "faults", set: { dropExtrinsics: true } });
  await weighing.submit(1);
  const { extrinsics } = await weighing.until(1, (now) => now.extrinsics.length === 2);
  const [first, second] = extrinsics;
  assert.ok((second?.from_block ?? 0) > (first?.until_block ?? 0), JSON.stringify(extrinsics));
  assert.equal(second?.nonce, first?.nonce);
  await weighing.double.control({ do: "healthy" });
  assert.equal((await weighing.reached(1, "confirmed")).attempts, 2);
});
