import assert from "node:assert/strict";
import { test } from "node:test";
import { type Kind, releasable, releaseAll, type Suspension } from "../../../web/operate/bulkRelease.ts";
import { ApiProblem } from "../../../web/read/problem.ts";

const item = (hotkey: string, kind: Kind): Suspension => ({
  ...{ hotkey, kind, until_block: 9, reason: "r", by: "judge", at: 1 },
});
const refusal = (code: string) =>
  new ApiProblem({ status: 409, code, title: "No", detail: "It cannot be.", retryAfterS: null });

test("only hotkeys that are suspended for this reason alone are released in bulk", () => {
  const items = [
    item("a", "unreachable"),
    item("b", "strike"),
    item("c", "unreachable"),
    item("c", "strike"),
  ];
  assert.deepEqual(releasable(items, "unreachable"), ["a"]);
  assert.deepEqual(releasable(items, "strike"), ["b"]);
  assert.deepEqual(releasable(items, "operator"), []);
});

test("a refusal does not stop the others, and is told with how many were released", async () => {
  const tried: string[] = [];
  const release = async (hotkey: string): Promise<void> => {
    tried.push(hotkey);
    if (hotkey === "b") throw refusal("store_unavailable");
  };
  await assert.rejects(releaseAll(["a", "b", "c"], release), (error) => {
    assert.ok(error instanceof ApiProblem);
    assert.equal(error.problem.code, "store_unavailable");
    assert.match(error.problem.detail, /^It cannot be\. \(2 of 3 were released; 1 were refused/);
    return true;
  });
  assert.deepEqual(tried, ["a", "b", "c"]);
});

test("a suspension that ended by itself is what was asked for", async () => {
  await releaseAll(["a"], async () => {
    throw refusal("suspension_not_found");
  });
});
