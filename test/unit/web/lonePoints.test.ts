import assert from "node:assert/strict";
import { test } from "node:test";
import { lonePoints } from "../../../web/read/lonePoints.ts";

test("a value with a neighbour is part of a line, one without is a point of its own", () => {
  assert.deepEqual(lonePoints([null, 1, null, 2, 3, null, 0]), [1, 6]);
  assert.deepEqual(lonePoints([5]), [0]);
  assert.deepEqual(lonePoints([]), []);
});
