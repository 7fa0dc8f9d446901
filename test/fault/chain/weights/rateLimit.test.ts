import assert from "node:assert/strict";
import { test } from "node:test";
import { neurons } from "../../../support/chainClient/opened.ts";
import { Weighing } from "../../../support/chainClient/weighing.ts";

test("weights wait for the rate limit, name its block, and are sent once", async (t) => {
  const [own, ...others] = neurons;
  const subnet = {
    rateLimit: 40,
    neurons: [{ ...own, hotkey: own?.hotkey ?? "", lastUpdate: 1000 }, ...others],
  };
  const weighing = await Weighing.start(t, { subnet });
  await weighing.submit(1);
  const waiting = await weighing.until(1, ({ reason }) => reason !== null);
  assert.match(
    waiting.reason ?? "",
    /in block 1000, and the subnet takes others 40 blocks later; it can be tried again in block 1040$/,
  );
  assert.deepEqual([waiting.state, waiting.extrinsics.length], ["planned", 0]);
  assert.equal(weighing.driver.status().retry_at, 1040);
  const plan = await weighing.reached(1, "confirmed");
  assert.equal(plan.extrinsics.length, 1);
  assert.ok((plan.commit_block ?? 0) >= 1040);
});
