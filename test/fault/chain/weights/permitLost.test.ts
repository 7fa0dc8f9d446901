import assert from "node:assert/strict";
import { test } from "node:test";
import { NETUID } from "../../../support/chainClient/opened.ts";
import { Weighing } from "../../../support/chainClient/weighing.ts";

const permit = (is: boolean) => ({ do: "permit", netuid: NETUID, uid: 0, permit: is }) as const;

test("a permit lost between plan and submission holds the weights back", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control(permit(false));
  await weighing.blocks(5);
  await weighing.submit(1);
  const waiting = await weighing.until(1, ({ reason }) => reason !== null);
  assert.match(waiting.reason ?? "", /no validator permit/);
  assert.ok((weighing.driver.status().retry_at ?? 0) > 1000, "the end of the epoch");
  await weighing.double.control(permit(true));
  assert.equal((await weighing.reached(1, "confirmed")).extrinsics.length, 1);
});

test("a permit lost after submission fails the extrinsic, and weights are made again with the permit", async (t) => {
  const weighing = await Weighing.start(t);
  await weighing.double.control({ do: "faults", set: { dropExtrinsics: true } });
  await weighing.submit(1);
  await weighing.reached(1, "submitted");
  await weighing.double.control(permit(false));
  await weighing.double.control({ do: "healthy" });
  const failed = await weighing.until(
    1,
    ({ history }) => history.at(-1)?.state === "planned" && history.length > 2,
  );
  assert.match(failed.history.at(-1)?.reason ?? "", /NeuronNoValidatorPermit/);
  await weighing.double.control(permit(true));
  const plan = await weighing.reached(1, "confirmed");
  assert.deepEqual([plan.extrinsics.length, plan.attempts], [2, 2]);
});
