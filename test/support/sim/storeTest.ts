import assert from "node:assert/strict";
import { test as nodeTest } from "node:test";

// Stands in for node:test where the cases of the store's contract are run on the model.

type Work = () => Promise<void>;

/** Why a case is not kept, by its name. */
export const notKept = new Map<string, string>();
/** Names of all cases that came. */
export const came: string[] = [];

/** A case that is not kept has to fail: once it is kept, its reason is out of date. */
export function test(name: string, work: Work): void {
  came.push(name);
  const reason = notKept.get(name);
  if (reason === undefined) void nodeTest(name, work);
  else void nodeTest(`NOT KEPT: ${name} (${reason})`, () => assert.rejects(work()));
}
