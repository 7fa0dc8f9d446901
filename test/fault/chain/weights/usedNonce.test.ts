import assert from "node:assert/strict";
import { test } from "node:test";
import { NETUID } from "../../../support/chainClient/opened.ts";
import { another, Weighing } from "../../../support/chainClient/weighing.ts";

test("a node that calls every nonce used is not believed: the same bytes are sent until they are in", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "faults", set: { nonceErrors: true } });
  await weighing.submit(1);
  await weighing.reached(1, "submitted");
  await weighing.blocks(10);
  const { extrinsics, state } = await weighing.plan(1);
  assert.deepEqual([extrinsics.length, state], [1, "submitted"]);
  await weighing.double.control({ do: "healthy" });
  const plan = await weighing.reached(1, "confirmed");
  assert.deepEqual(plan.extrinsics, extrinsics);
});

test("a nonce that something else of the hotkey has used leads to another one, once that is final", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "faults", set: { dropExtrinsics: true } });
  await weighing.submit(1);
  const { extrinsics } = await weighing.reached(1, "submitted");
  const { call, alice } = await another(t, weighing.double);
  const axon = { netuid: NETUID, version: 1, ip: 0x0a000001n, port: 8100, ip_type: 4, protocol: 4 };
  const serve = call("serve_axon", { ...axon, placeholder1: 0, placeholder2: 0 });
  assert.ok((await serve.signAndSubmit(alice.signer, { nonce: 0 })).ok);
  await weighing.double.control({ do: "healthy" });
  const plan = await weighing.reached(1, "confirmed");
  assert.deepEqual(
    plan.extrinsics.map(({ nonce }) => nonce),
    [0, 1],
  );
  assert.equal(extrinsics[0]?.nonce, 0);
  assert.match(plan.history.find((step, i) => i > 0 && step.state === "planned")?.reason ?? "", /no effect/);
  assert.equal(weighing.driver.status().stopped, null, "an address is no move of weights");
});
