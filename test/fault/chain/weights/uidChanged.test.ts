import assert from "node:assert/strict";
import { test } from "node:test";
import { keys, NETUID } from "../../../support/chainClient/opened.ts";
import { charlie, WEIGHING_MS, Weighing } from "../../../support/chainClient/weighing.ts";

const dave = { do: "neuron", netuid: NETUID, uid: 2, neuron: { hotkey: keys.dave.hotkey } } as const;

test("a uid that is registered anew between plan and submission gets nothing of who held it", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "permit", netuid: NETUID, uid: 0, permit: false });
  await weighing.blocks(4);
  await weighing.submit(1);
  await weighing.until(1, ({ reason }) => reason !== null);
  await weighing.double.control(dave);
  await weighing.double.control({ do: "permit", netuid: NETUID, uid: 0, permit: true });
  const plan = await weighing.reached(1, "confirmed");
  assert.deepEqual([plan.left_out, plan.uids], [[charlie], [1]]);
  assert.deepEqual(await weighing.weights(), [[1, 65_535]]);
});

test("a commit whose uid is registered anew is replaced, and the chain holds the weights of the other", async (t) => {
  const subnet = { commitReveal: true, tempo: 60, lastEpochBlock: 1000, rateLimit: 3 };
  const weighing = await Weighing.start(t, {
    subnet,
    options: { blockMs: 300 },
    weights: { setting: "commit" },
  });
  const period = 17;
  await weighing.submit(period);
  const { commit } = await weighing.reached(period, "committed");
  await weighing.double.control(dave);
  await weighing.until(period, (now) => now.state === "committed" && now.commit !== commit);
  await weighing.double.control({ do: "run", blockMs: WEIGHING_MS });
  const plan = await weighing.reached(period, "confirmed");
  assert.notEqual(plan.commit, commit);
  assert.deepEqual(await weighing.weights(), [[1, 65_535]]);
});
