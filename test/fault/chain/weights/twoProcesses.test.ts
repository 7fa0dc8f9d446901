import assert from "node:assert/strict";
import { test } from "node:test";
import { NETUID } from "../../../support/chainClient/opened.ts";
import { another, Weighing } from "../../../support/chainClient/weighing.ts";

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
