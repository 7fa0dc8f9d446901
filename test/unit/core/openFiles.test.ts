import assert from "node:assert/strict";
import { test } from "node:test";
import { connectionsWithin, openFilesMost } from "../../../src/core/openFiles.ts";

test("connections leave the process descriptors of its own, and where none are left there are a few", () => {
  assert.equal(connectionsWithin(4096, 1_048_576), 4096);
  assert.equal(connectionsWithin(4096, 4192), 4096);
  assert.equal(connectionsWithin(4096, 4191), 4095);
  assert.equal(connectionsWithin(4096, 100), 16);
  assert.equal(connectionsWithin(4096, null), 4096);
});

test("the limit of this process is known where the system tells it", () => {
  const most = openFilesMost();
  assert.ok(most === null || most > 16, `${most}`);
});
