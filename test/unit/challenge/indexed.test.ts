import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallengeId } from "../../../src/challenge/id.ts";
import { type IndexedOptions, makeIndexed } from "../../../src/challenge/indexed.ts";
import {
  buildIndex,
  ENTRY_BYTES,
  INDEX_ALLOTMENT_MAX,
  type IndexPlace,
  lookUp,
} from "../../../src/challenge/indexTable.ts";
import { problemOf } from "../../support/thrown.ts";

const secret = Buffer.from("assay-golden-secret");
const alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const place = (over: Partial<IndexPlace> = {}): IndexPlace => ({
  ...{ secret, hotkey: alice, epoch: 9, tier: 1, allotment: 50 },
  ...over,
});

/** A scheme whose builds are counted, and wait for `release` when held. */
function world(options: Partial<IndexedOptions> = {}) {
  const built: IndexPlace[] = [];
  let held: { promise: Promise<void>; resolve: () => void } | null = null;
  const scheme = makeIndexed(secret, {
    maps: 2,
    build: async (args) => {
      built.push(args);
      await held?.promise;
      return buildIndex(args);
    },
    ...options,
  });
  const recover = async (hotkey: string, seq: number, hint?: number) => {
    const id = parseChallengeId(scheme.id(hotkey, 9, 1, seq));
    assert.ok(id);
    return scheme.recover(id, hotkey, 50, hint);
  };
  return {
    scheme,
    built,
    recover,
    hold: () => {
      held = Promise.withResolvers<void>();
    },
    release: () => held?.resolve(),
  };
}

test("a table finds every token of its allotment and no other, in 16 bytes per entry", () => {
  const table = buildIndex(place({ allotment: 500 }));
  assert.equal(table.byteLength, 500 * ENTRY_BYTES);
  const { scheme } = world();
  for (let seq = 0; seq < 500; seq++)
    assert.equal(lookUp(table, scheme.id(alice, 9, 1, seq).slice(-24)), seq);
  assert.equal(lookUp(table, scheme.id(alice, 9, 1, 500).slice(-24)), null);
  for (const token of ["0".repeat(24), "f".repeat(24)]) assert.equal(lookUp(table, token), null);
});

test("a table works where it does not start at the beginning of its buffer", () => {
  const moved = new Uint8Array(50 * ENTRY_BYTES + 3).subarray(3);
  moved.set(buildIndex(place()));
  assert.equal(lookUp(moved, world().scheme.id(alice, 9, 1, 49).slice(-24)), 49);
});

test("tokens that share their first word are told apart", () => {
  const entry = (words: number[]) => Buffer.from(Uint32Array.from(words).buffer).swap32();
  const table = Buffer.concat([entry([7, 1, 1, 10]), entry([7, 0, 2, 11]), entry([7, 1, 2, 12])]);
  const token = (words: number[]) => words.map((word) => word.toString(16).padStart(8, "0")).join("");
  assert.equal(lookUp(table, token([7, 1, 1])), 10);
  assert.equal(lookUp(table, token([7, 0, 2])), 11);
  assert.equal(lookUp(table, token([7, 1, 2])), 12);
  assert.equal(lookUp(table, token([7, 2, 2])), null);
});

test("allotments of none and of too many have no table", () => {
  for (const allotment of [0, -1, 1.5, INDEX_ALLOTMENT_MAX + 1])
    assert.throws(() => buildIndex(place({ allotment })), RangeError);
  assert.equal(buildIndex(place({ allotment: 1 })).byteLength, ENTRY_BYTES);
});

test("simultaneous misses of one key share one build, and later look-ups answer at once", async () => {
  const { scheme, built, recover, hold, release } = world();
  hold();
  const waiting = Promise.all([recover(alice, 0), recover(alice, 49), recover(alice, 50)]);
  release();
  assert.deepEqual(await waiting, [0, 49, null]);
  assert.equal(built.length, 1);
  const id = parseChallengeId(scheme.id(alice, 9, 1, 7));
  assert.equal(id && scheme.recover(id, alice, 50), 7);
  assert.equal(built.length, 1);
});

test("the least recently used map is dropped first", async () => {
  const { scheme, built, recover } = world({ maps: 2 });
  for (const hotkey of ["a", "b", "a", "c"]) await recover(hotkey, 1);
  assert.deepEqual(
    built.map((one) => one.hotkey),
    ["a", "b", "c"],
  );
  await recover("a", 1);
  assert.equal(built.length, 3);
  await recover("b", 1);
  assert.equal(built.length, 4);
  const { maps, bytes, dropped } = scheme.stats();
  assert.deepEqual({ maps, bytes, dropped }, { maps: 2, bytes: 2 * 50 * ENTRY_BYTES, dropped: 2 });
});

test("past the builds under way a look-up is refused as busy, and served again afterwards", async () => {
  const { scheme, built, recover, hold, release } = world({ builds: 2 });
  hold();
  const first = [recover("a", 1), recover("b", 1), recover("a", 2)];
  assert.deepEqual(await problemOf(() => recover("c", 1)), { code: "busy", retry_after_s: 1 });
  assert.equal(scheme.stats().underWay, 2);
  assert.equal(scheme.stats().refused, 1);
  release();
  assert.deepEqual(await Promise.all(first), [1, 1, 2]);
  assert.equal(await recover("c", 3), 3);
  assert.equal(built.length, 3);
  assert.equal(scheme.stats().underWay, 0);
});

test("a failed build fails those who wait for it, and the next look-up builds again", async () => {
  let fail = true;
  const { scheme, recover } = world({
    build: async (args) => {
      if (fail) throw new Error("worker lost");
      return buildIndex(args);
    },
  });
  const waiting = await Promise.allSettled([recover(alice, 1), recover(alice, 2)]);
  assert.deepEqual(
    waiting.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(scheme.stats().underWay, 0);
  fail = false;
  assert.equal(await recover(alice, 1), 1);
  const { builds, failed } = scheme.stats();
  assert.deepEqual({ builds, failed }, { builds: 2, failed: 1 });
});

test("a build that throws at once counts as failed too", async () => {
  const { scheme, recover } = world({
    build: () => {
      throw new RangeError("no");
    },
  });
  await assert.rejects(recover(alice, 1), RangeError);
  assert.equal(scheme.stats().underWay, 0);
});

test("a caller that gives the seq needs no index", async () => {
  const { built, recover } = world();
  assert.equal(await recover(alice, 7, 7), 7);
  assert.equal(await recover(alice, 49, 49), 49);
  assert.equal(await recover(alice, 50, 50), null);
  assert.equal(await recover(alice, 7, 8), null);
  assert.equal(await recover(alice, 7, -1), null);
  assert.equal(built.length, 0);
});

test("a prewarmed index answers the first id at once", async () => {
  const { scheme, built } = world();
  await scheme.prewarm(alice, 9, 1, 50);
  await scheme.prewarm(alice, 9, 1, 50);
  const id = parseChallengeId(scheme.id(alice, 9, 1, 3));
  assert.equal(id && scheme.recover(id, alice, 50), 3);
  assert.equal(built.length, 1);
});
