import assert from "node:assert/strict";
import { test } from "node:test";
import { Weighing } from "../../../support/chainClient/weighing.ts";

const remove = (removeCall: string) => ({ do: "upgrade", upgrade: { removeCall } }) as const;

test("weights go by the mechanism's call where an upgrade takes the plain one away", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control(remove("set_weights"));
  await weighing.blocks(6);
  await weighing.submit(1);
  assert.equal((await weighing.reached(1, "confirmed")).extrinsics.length, 1);
});

test("without any call for them the plan waits and names it, and blocks are followed on", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control(remove("set_weights"));
  await weighing.double.control(remove("set_mechanism_weights"));
  await weighing.blocks(6);
  await weighing.submit(1);
  const waiting = await weighing.until(1, ({ reason }) => reason !== null);
  assert.match(
    waiting.reason ?? "",
    /^no extrinsic can be made: SubtensorModule\.set_mechanism_weights .*install a newer version/,
  );
  await weighing.blocks(4);
  const { state, extrinsics } = await weighing.plan(1);
  assert.deepEqual([state, extrinsics], ["planned", []]);
  assert.match(weighing.driver.status().waits ?? "", /set_mechanism_weights/);
  assert.deepEqual(weighing.chain.faults?.(), []);
});
