import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { asFailure, ServerError } from "../../../../src/store/postgres/failure.ts";

const ofServer = (code: string) =>
  new ServerError(Object.assign(new Error("could not extend file"), { severity: "ERROR", code }));

test("a server whose disk is full is told apart from one that is away", () => {
  const problemOf = (code: string) => {
    const failure = asFailure(ofServer(code), "db");
    assert.ok(failure instanceof AssayError);
    return failure.problem;
  };
  assert.deepEqual(problemOf("53100"), { code: "storage_full", retry_after_s: 5 });
  assert.deepEqual(problemOf("53200"), { code: "store_unavailable", retry_after_s: 1 });
});
