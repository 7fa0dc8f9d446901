import assert from "node:assert/strict";
import { test } from "node:test";
import { Grace } from "../../../src/dial/grace.ts";

test("the grace period is measured from the first failure since the miner was last reached", () => {
  const grace = new Grace(10_000);
  assert.deepEqual(
    [0, 5000, 9999, 10_000, 30_000].map((at) => grace.failed(at)),
    [true, true, true, false, false],
  );
  grace.reached();
  assert.equal(grace.failed(30_001), true);
});

test("a failure long after the last one begins a new outage", () => {
  const grace = new Grace(10_000);
  grace.failed(0);
  assert.equal(grace.failed(60_000), false);
  assert.equal(grace.failed(120_001), true);
});
