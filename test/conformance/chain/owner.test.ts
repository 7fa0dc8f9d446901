import assert from "node:assert/strict";
import { test } from "node:test";
import { keys, neurons } from "../../support/chainClient/opened.ts";
import { Weighing } from "../../support/chainClient/weighing.ts";

const [own, ...others] = neurons;

test("the owner's hotkey is told by the chain, and sends weights without a permit and below the threshold", async (t) => {
  const poor = { ...own, hotkey: keys.alice.hotkey, stake: 1, permit: false };
  const subnet = { ownerHotkey: keys.alice.hotkey, stakeThreshold: 10, neurons: [poor, ...others] };
  const weighing = await Weighing.start(t, { subnet });
  assert.equal(weighing.chain.ownerHotkey?.(), keys.alice.hotkey);
  await weighing.submit(1);
  assert.equal((await weighing.reached(1, "confirmed")).extrinsics.length, 1);
  assert.deepEqual(await weighing.weights(), [
    [1, 65_535],
    [2, 21_845],
  ]);
});

test("any other hotkey waits below the threshold, and the plan names it", async (t) => {
  const poor = { ...own, hotkey: keys.alice.hotkey, stake: 1, permit: true };
  const subnet = { ownerHotkey: keys.bob.hotkey, stakeThreshold: 10, neurons: [poor, ...others] };
  const weighing = await Weighing.start(t, { subnet });
  assert.equal(weighing.chain.ownerHotkey?.(), keys.bob.hotkey);
  await weighing.submit(1);
  const waiting = await weighing.until(1, ({ reason }) => reason !== null);
  assert.match(
    waiting.reason ?? "",
    /stake of the validator's hotkey is 1, below the chain's threshold of 10/,
  );
  assert.deepEqual(waiting.extrinsics, []);
});
