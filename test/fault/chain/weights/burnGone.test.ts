import assert from "node:assert/strict";
import { test } from "node:test";
import { keys, NETUID } from "../../../support/chainClient/opened.ts";
import { bob, charlie, Weighing } from "../../../support/chainClient/weighing.ts";

const dave = { do: "neuron", netuid: NETUID, uid: 2, neuron: { hotkey: keys.dave.hotkey } } as const;

test("weights whose burn has nobody to go to are not sent, and an alarm says so", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control(dave);
  await weighing.blocks(4);
  await weighing.submit(1, [bob, charlie], charlie.hotkey);
  const waiting = await weighing.until(1, ({ reason }) => reason !== null);
  assert.match(waiting.reason ?? "", new RegExp(`${charlie.hotkey} is not registered`));
  await weighing.blocks(4);
  assert.deepEqual(
    weighing.driver.status().alarms.map(({ code }) => code),
    ["burn_absent"],
  );
  assert.deepEqual([(await weighing.plan(1)).extrinsics, await weighing.weights()], [[], []]);
});

test("or the share stays with the validator's own uid, and miners get no more than theirs", async (t) => {
  const weighing = await Weighing.start(t, { weights: { burnAbsent: "own" } });
  await weighing.double.control(dave);
  await weighing.blocks(4);
  await weighing.submit(1, [bob, charlie], charlie.hotkey);
  await weighing.reached(1, "confirmed");
  assert.deepEqual(await weighing.weights(), [
    [0, 21_845],
    [1, 65_535],
  ]);
});
