import assert from "node:assert/strict";
import { test } from "node:test";
import { rateNumber } from "../../../web/audit/rate.ts";
import { strikeEffect } from "../../../web/read/strikeEffect.ts";

test("a strike suspends until its block, unless it was lifted; without a suspension it counts until it was counted", () => {
  const suspending = { suspended_until: 100, lifted: false, counted: false };
  assert.equal(strikeEffect(suspending, 99), "suspended");
  assert.equal(strikeEffect(suspending, 100), "ended");
  assert.equal(strikeEffect(suspending, null), "suspended");
  assert.equal(strikeEffect({ ...suspending, lifted: true }, 99), "lifted");
  const warning = { suspended_until: null, lifted: false };
  assert.equal(strikeEffect({ ...warning, counted: true }, 1), "counted");
  assert.equal(strikeEffect({ ...warning, counted: false }, 1), "spent");
});

test("a rate is read as policies write it", () => {
  assert.deepEqual(["20/500", "0.04", "1", "much", "", "1/2/3", "1/0"].map(rateNumber), [
    0.04,
    0.04,
    1,
    null,
    null,
    null,
    null,
  ]);
});
