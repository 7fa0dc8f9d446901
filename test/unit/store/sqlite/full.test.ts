import assert from "node:assert/strict";
import { test } from "node:test";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import { asProblem } from "../../../../src/store/sqlite/file.ts";

const ofSqlite = (errcode: number) =>
  Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode });
const ofSystem = (code: string) => Object.assign(new Error(code), { code, syscall: "write" });

function codeOf(error: unknown): string {
  const problem = asProblem(error, "assay.db");
  assert.ok(problem instanceof AssayError);
  return problem.code;
}

test("a full disk at a start is a problem of its own: nothing is damaged", () => {
  const SHARED_MEMORY_SIZE = 10 | (19 << 8);
  for (const error of [ofSqlite(13), ofSqlite(SHARED_MEMORY_SIZE), ofSystem("ENOSPC"), ofSystem("EDQUOT")])
    assert.equal(codeOf(error), "store_full");
  assert.match((asProblem(ofSqlite(13), "assay.db") as Error).message, /Nothing is damaged: free space/);
  for (const error of [ofSqlite(10), ofSystem("EACCES")]) assert.equal(codeOf(error), "file_unreadable");
  assert.equal(codeOf(ofSqlite(11)), "store_corrupt");
});
