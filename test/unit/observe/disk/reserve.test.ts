import assert from "node:assert/strict";
import { test } from "node:test";
import { isReserveTouched, resumeAt } from "../../../../src/observe/disk/reserve.ts";

test("the reserve is touched below it, and until there is a quarter more", () => {
  assert.equal(resumeAt(1000), 1250);
  assert.equal(isReserveTouched(false, 1000, 1000), false);
  assert.equal(isReserveTouched(false, 999, 1000), true);
  assert.equal(isReserveTouched(true, 1000, 1000), true);
  assert.equal(isReserveTouched(true, 1249, 1000), true);
  assert.equal(isReserveTouched(true, 1250, 1000), false);
});

test("a reserve of 0 is never touched", () => {
  assert.equal(isReserveTouched(false, 0, 0), false);
  assert.equal(isReserveTouched(true, 0, 0), false);
});
