import assert from "node:assert/strict";
import { test } from "node:test";
import { WaitTimes } from "../../../../sim/network/waitTimes.ts";

test("quantiles of waits are to three digits, and there are none of nothing", () => {
  const waits = new WaitTimes();
  assert.equal(waits.quantile(0.5), null);
  for (let ms = 100; ms >= 1; ms--) waits.add(ms);
  assert.deepEqual(
    [waits.quantile(0), waits.quantile(0.5), waits.quantile(0.99), waits.quantile(1)],
    [1, 50, 99, 100],
  );
  const one = new WaitTimes();
  one.add(123_456);
  assert.equal(one.quantile(0.99), 123_000);
});
