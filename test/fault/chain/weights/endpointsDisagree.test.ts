import assert from "node:assert/strict";
import { test } from "node:test";
import { Weighing } from "../../../support/chainClient/weighing.ts";
import { until } from "../../../support/until.ts";

test("while endpoints disagree about a finalised block nothing is sent, and it is sent once they agree", async (t) => {
  const weighing = await Weighing.start(t, { given: 2 });
  await weighing.blocks(3);
  await weighing.double.control({ do: "disagree", endpoint: 1, depth: 1 });
  await until(() => weighing.chain.alarms?.().some(({ name }) => name === "endpoints_disagree") ?? false);
  await weighing.submit(1);
  await weighing.blocks(10);
  const { state, extrinsics } = await weighing.plan(1);
  assert.deepEqual([state, extrinsics], ["planned", []]);
  await weighing.double.control({ do: "agree", endpoint: 1 });
  const plan = await weighing.reached(1, "confirmed");
  assert.equal(plan.extrinsics.length, 1);
});
