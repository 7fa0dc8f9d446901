import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const script = fileURLToPath(new URL("../../support/validator/youngHeap.ts", import.meta.url));

test("the young heap grows to 32 MiB under load and no further, also after V8 has shrunk it", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [script]);
  assert.deepEqual([stdout, stderr], ["", ""]);
});
