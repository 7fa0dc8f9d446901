import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { Buckets } from "../../../src/admit/buckets.ts";

it("no stretch of time sees more than the burst and what came back in it", () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
  const rates = [1, 2, 4, 5, 10, 20, 50, 100] as const;
  fc.assert(
    fc.property(
      gaps,
      fc.integer({ min: 1, max: 20 }),
      fc.constantFrom(...rates),
      (steps, burst, perSecond) => {
        const buckets = new Buckets({ burst, perSecond, keys: 1 });
        const taken: number[] = [];
        let nowMs = 0;
        for (const step of steps) {
          nowMs += step;
          const waitMs = buckets.take("a", nowMs);
          if (waitMs > 0) {
            assert.ok(waitMs <= 1000 / perSecond);
            // The wait is exact: one millisecond less is refused, then the token is there.
            if (waitMs > 1) assert.ok(buckets.take("a", nowMs + waitMs - 1) > 0);
            nowMs += waitMs;
            assert.equal(buckets.take("a", nowMs), 0);
          }
          taken.push(nowMs);
        }
        taken.forEach((fromMs, first) => {
          const reach = taken[first + burst];
          const further = taken[first + burst + 1];
          if (reach !== undefined) assert.ok(reach - fromMs >= 1000 / perSecond);
          if (further !== undefined) assert.ok(further - fromMs >= 2000 / perSecond);
        });
      },
    ),
  );
});
