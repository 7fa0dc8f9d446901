import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryPlans } from "../../../support/chain/weightsWorld.ts";
import { keys, NETUID } from "../../../support/chainClient/opened.ts";
import { another, charlie, Weighing } from "../../../support/chainClient/weighing.ts";

test("another process with the hotkey stops the weights, through a restart, until resume", async (t) => {
  const first = await Weighing.start(t);
  await first.submit(1);
  await first.reached(1, "confirmed");
  const { call, alice } = await another(t, first.double);
  const vector = { netuid: NETUID, dests: [2], weights: [1], version_key: 0n };
  assert.ok((await call("set_weights", vector).signAndSubmit(alice.signer)).ok);
  await first.blocks(5);
  assert.equal(first.driver.status().stopped?.code, "another_validator_on_this_hotkey");
  await first.driver.close();
  const second = await Weighing.on(t, first.double, first.plans);
  await second.submit(2);
  const held = await second.until(2, ({ reason }) => reason !== null);
  assert.match(held.reason ?? "", /another validator uses the hotkey.*assay chain resume/);
  await second.blocks(5);
  assert.deepEqual((await second.plan(2)).extrinsics, []);
  assert.deepEqual(await second.weights(), [[2, 65_535]]);
  await second.driver.resume("the other one is stopped");
  await second.reached(2, "confirmed");
  assert.deepEqual(second.driver.status().alarms, []);
});

test("of two validators with one hotkey the one whose weights were replaced stops, and each has sent once", async (t) => {
  const first = await Weighing.start(t);
  await first.submit(1);
  await first.reached(1, "confirmed");
  const second = await Weighing.on(t, first.double, new MemoryPlans());
  await second.blocks(3);
  await second.submit(1, [charlie]);
  await second.reached(1, "confirmed");
  while (first.driver.status().stopped === null) await first.blocks(1);
  assert.equal(first.driver.status().stopped?.code, "another_validator_on_this_hotkey");
  await first.submit(2);
  await first.blocks(6);
  assert.deepEqual((await first.plan(2)).extrinsics, []);
  assert.equal(second.driver.status().stopped, null, "nobody has replaced its weights");
  assert.deepEqual(await first.weights(), [[2, 65_535]]);
  const account = { do: "read", pallet: "System", name: "Account", keys: [keys.alice.hotkey] } as const;
  assert.equal(((await first.double.control(account)) as { nonce: number }).nonce, 2);
});
