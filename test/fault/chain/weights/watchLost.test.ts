import assert from "node:assert/strict";
import { test } from "node:test";
import { keys, NETUID } from "../../../support/chainClient/opened.ts";
import { Weighing } from "../../../support/chainClient/weighing.ts";

test("weights whose watch is lost after inclusion are read back, and not sent again", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "faults", set: { closeAfterInclusion: true } });
  await weighing.submit(1);
  const plan = await weighing.reached(1, "confirmed");
  assert.equal(plan.extrinsics.length, 1);
  await weighing.blocks(6);
  const account = { do: "read", pallet: "System", name: "Account", keys: [keys.alice.hotkey] } as const;
  assert.equal(((await weighing.double.control(account)) as { nonce: number }).nonce, 1);
  const updates = await weighing.double.control({ do: "read", name: "LastUpdate", keys: [NETUID] });
  assert.equal((updates as string[])[0], String(plan.commit_block));
});
