import assert from "node:assert/strict";
import { test } from "node:test";
import type { Hotkey } from "../../../src/core/ids.ts";
import type { WatchedMiner } from "../../../src/dispatch/watch.ts";
import type { MinerReason } from "../../../src/flow/reasons.ts";
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
  readonly miner?: Pick<WatchedMiner, "transport" | "cap" | "limit"> | null;
  readonly presumedOursAt?: number | null;
  readonly hasPush?: boolean;
  readonly reasons?: readonly MinerReason[];
}

const detailsWith = ({
  skiplist = [],
  miner = null,
  presumedOursAt = null,
  hasPush = true,
  reasons = [],
}: Known) => {
  const judge = { skiplist: () => skiplist, presumedOursAt: () => presumedOursAt };
  const push = hasPush ? { dispatcher: { watch: { miner: () => miner } } } : null;
  const store = {
    miner: async (asked: string) => (asked === hotkey ? {} : null),
    minerReasons: async (asked: string) => (asked === hotkey ? reasons : []),
  };
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

test("what limits it is named as the operator sees it", async () => {
  const pushWith = async (miner: Known["miner"]) => (await detailsWith({ miner: miner ?? null })).push;
  assert.deepEqual(await pushWith({ transport: "stream", cap: 1, limit: "new" }), {
    ...{ connected: true, cap: 1, limit: "new" },
  });
  assert.deepEqual(await pushWith({ transport: null, cap: 2, limit: "no_link" }), {
    ...{ connected: false, cap: 2, limit: "no_link" },
  });
});

test("without a push lane, or before it was met there, a miner has no cap", async () => {
  assert.equal((await detailsWith({})).push, null);
  assert.equal(
    (await detailsWith({ miner: { transport: "dial", cap: 2, limit: "cap" }, hasPush: false })).push,
    null,
  );
});

test("a fault that was presumed to be the validator's is told with its time", async () => {
  assert.equal((await detailsWith({ presumedOursAt: 9 })).presumed_ours_at, 9);
});

test("each reason is told with whose fault it is", async () => {
  const reasons: MinerReason[] = [
    { kind: "refused", code: "busy", count: 4, lastAt: 60 },
    { kind: "refused", code: "already_solved", count: 3, lastAt: 60 },
    { kind: "refused", code: "of another version", count: 2, lastAt: 60 },
    { kind: "refused", code: "toString", count: 2, lastAt: 60 },
    { kind: "rejected", code: "proof_rejected", count: 1, lastAt: 120 },
    { kind: "void", code: "check_timeout", count: 5, lastAt: 120 },
  ];
  const told = (await detailsWith({ reasons })).reasons;
  assert.deepEqual(
    told.map(({ code, blame }) => [code, blame]),
    [
      ["busy", "validator"],
      ["already_solved", "miner"],
      ["of another version", "none"],
      ["toString", "none"],
      ["proof_rejected", "miner"],
      ["check_timeout", "none"],
    ],
  );
  assert.deepEqual(told[0], { kind: "refused", code: "busy", blame: "validator", count: 4, last_at: 60 });
});
