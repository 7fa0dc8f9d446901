import assert from "node:assert/strict";
import { test } from "node:test";
import { closedEpochs } from "../../../src/validator/closedEpochs.ts";

/** A store with the epochs 1 to `count` closed. */
const storeOf = (count: number) => ({
  closedEpochs: async (before: number | null, limit: number) =>
    Array.from({ length: count }, (_, i) => ({ epoch: count - i, closed_at: 1, log_head: "h" }))
      .filter(({ epoch }) => before === null || epoch < before)
      .slice(0, limit),
});

test("pages of closed epochs follow each other until none is left", async () => {
  const page = async (count: number, before: number | null) => {
    const { items, next_before } = await closedEpochs(storeOf(count), { before, limit: 2 });
    return [items.map(({ epoch }) => epoch), next_before];
  };
  assert.deepEqual(await page(0, null), [[], null]);
  assert.deepEqual(await page(2, null), [[2, 1], null]);
  assert.deepEqual(await page(3, null), [[3, 2], 2]);
  assert.deepEqual(await page(3, 2), [[1], null]);
});
