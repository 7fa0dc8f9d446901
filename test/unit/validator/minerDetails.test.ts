import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hotkey } from "../../../src/core/ids.ts";
import type { SkiplistItem } from "../../../src/flow/standing.ts";
import type { PublicStore } from "../../../src/store/queuedReads.ts";
import { minerHandlers } from "../../../src/validator/minerHandlers.ts";
import type { Parts } from "../../../src/validator/parts.ts";

const hotkey = "5F" as Hotkey;
const item: SkiplistItem = {
  ...{ hotkey, kind: "unreachable", until_block: 400, reason: "unreachable", by: "judge", at: 7 },
};

interface Known {
  readonly skiplist?: readonly SkiplistItem[];
  readonly cap?: { readonly learned: number; readonly usable: number } | null;
  readonly hasLink?: boolean;
  readonly presumedOursAt?: number | null;
  readonly hasPush?: boolean;
}

const detailsWith = ({
  skiplist = [],
  cap = null,
  hasLink = true,
  presumedOursAt = null,
  hasPush = true,
}: Known) => {
  const judge = { skiplist: () => skiplist, presumedOursAt: () => presumedOursAt };
  const push = hasPush ? { dispatcher: { capOf: () => cap, hasLink: () => hasLink } } : null;
  const store = { miner: async (asked: string) => (asked === hotkey ? {} : null) };
  return minerHandlers({ judge, push } as unknown as Parts, store as unknown as PublicStore).minerDetails(
    hotkey,
  );
};

test("a suspension is told with its kind and reason, to the one it is about", async () => {
  const { hotkey: _, ...suspension } = item;
  assert.deepEqual(
    (await detailsWith({ skiplist: [{ ...item, hotkey: "other" }, item] })).suspension,
    suspension,
  );
  assert.equal((await detailsWith({ skiplist: [{ ...item, hotkey: "other" }] })).suspension, null);
});

test("what limits the cap is named", async () => {
  const limitOf = async (learned: number, usable: number, hasLink = true) =>
    (await detailsWith({ cap: { learned, usable }, hasLink })).push;
  assert.deepEqual(await limitOf(8, 1), { connected: true, cap: 1, limit: "first_results" });
  assert.deepEqual(await limitOf(1, 1), { connected: true, cap: 1, limit: "floor" });
  assert.deepEqual(await limitOf(2, 2), { connected: true, cap: 2, limit: "delivered_rate" });
  assert.deepEqual(await limitOf(2, 2, false), { connected: false, cap: 2, limit: "not_connected" });
});

test("without a push lane, or before it was met there, a miner has no cap", async () => {
  assert.equal((await detailsWith({})).push, null);
  assert.equal((await detailsWith({ cap: { learned: 2, usable: 2 }, hasPush: false })).push, null);
});

test("a fault that was presumed to be the validator's is told with its time", async () => {
  assert.equal((await detailsWith({ presumedOursAt: 9 })).presumed_ours_at, 9);
});
