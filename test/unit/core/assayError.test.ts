import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../src/core/problems/assayError.ts";

test("a refusal carries no stack, what is the validator's own failure does, and other errors keep theirs", () => {
  const { stackTraceLimit } = Error;
  const frames = (error: Error): number => (error.stack ?? "").split("\n    at ").length - 1;
  assert.equal(frames(new AssayError({ code: "not_your_challenge" })), 0);
  assert.equal(frames(new AssayError({ code: "busy", retry_after_s: 1 })), 0);
  assert.ok(frames(new AssayError({ code: "store_unavailable", retry_after_s: 1 })) > 0);
  assert.ok(frames(new AssayError({ code: "failed", message: "no" })) > 0);
  assert.ok(frames(new Error("other")) > 0);
  assert.equal(Error.stackTraceLimit, stackTraceLimit);
});
