import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedRun } from "../../../src/core/sharedRun.ts";

test("calls share the run that is under way, also its failure; the next call starts another", async () => {
  let runs = 0;
  let next = Promise.withResolvers<number>();
  const shared = sharedRun(() => {
    runs++;
    return next.promise;
  });
  const both = [shared(), shared()];
  next.resolve(7);
  assert.deepEqual(await Promise.all(both), [7, 7]);
  next = Promise.withResolvers<number>();
  const failing = [shared(), shared()];
  next.reject(new Error("down"));
  for (const call of failing) await assert.rejects(call, /down/);
  next = Promise.withResolvers<number>();
  next.resolve(8);
  assert.equal(await shared(), 8);
  assert.equal(runs, 3);
});
