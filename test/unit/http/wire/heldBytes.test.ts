import assert from "node:assert/strict";
import { test } from "node:test";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { HeldBytes } from "../../../../src/http/wire/heldBytes.ts";

function world(limit: number) {
  const held = new HeldBytes(limit, noMetrics);
  const cut: string[] = [];
  const holder = (name: string) => ({ cut: () => void cut.push(name) });
  return { held, cut, holder };
}

test("at the limit nobody is cut; one byte past it, who has held for the longest", () => {
  const { held, cut, holder } = world(100);
  const [a, b, c] = [holder("a"), holder("b"), holder("c")];
  held.set(a, 10);
  held.set(b, 60);
  held.set(a, 40);
  assert.deepEqual([held.total, cut], [100, []]);
  held.set(c, 1);
  assert.deepEqual([held.total, cut], [61, ["a"]], "a began first, though it grew last");
});

test("who let go holds for as long as it does anew", () => {
  const { held, cut, holder } = world(100);
  const [a, b] = [holder("a"), holder("b")];
  held.set(a, 50);
  held.set(b, 50);
  held.set(a, 0);
  held.set(a, 50);
  held.set(a, 51);
  assert.deepEqual([held.total, cut], [51, ["b"]]);
});

test("a holder that alone is past the limit is cut itself", () => {
  const { held, cut, holder } = world(100);
  held.set(holder("a"), 101);
  assert.deepEqual([held.total, cut], [0, ["a"]]);
});
