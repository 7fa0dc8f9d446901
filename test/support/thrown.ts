import assert from "node:assert/strict";
import { AssayError } from "../../src/core/problems/assayError.ts";
import type { Problem } from "../../src/core/problems/problem.ts";

/** The problem that the work ends with; fails when it succeeds or throws anything else. */
export async function problemOf(work: () => unknown): Promise<Problem> {
  try {
    await work();
  } catch (thrown) {
    if (thrown instanceof AssayError) return thrown.problem;
    throw thrown;
  }
  return assert.fail("nothing was refused");
}
