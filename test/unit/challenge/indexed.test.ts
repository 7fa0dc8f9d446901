import assert from "node:assert/strict";
import { test } from "node:test";
import { parseChallengeId } from "../../../src/challenge/id.ts";
import type { IndexShare } from "../../../src/challenge/indexCache.ts";
import { buildIndex, type IndexPlace, indexBytes } from "../../../src/challenge/indexTable.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { indexedScheme } from "../../support/challenge/indexed.ts";
import { problemOf } from "../../support/thrown.ts";
import { until } from "../../support/until.ts";

const secret = Buffer.from("assay-golden-secret");
const alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
/** A map's cost in the bound: its bytes and 400 more. */
const MAP_COST = indexBytes(50) + 400;

/** A scheme whose builds are counted, and wait for `release` when held. */
function world(options: Parameters<typeof indexedScheme>[1] = {}) {
  const built: IndexPlace[] = [];
  let held: { promise: Promise<void>; resolve: () => void } | null = null;
  const { scheme, cache } = indexedScheme(secret, {
    bytes: 2 * MAP_COST,
    build: async (args) => {
      built.push(args);
      await held?.promise;
      return buildIndex(args);
    },
    ...options,
  });
  const recover = async (hotkey: string, seq: number, hint?: number, share?: IndexShare) => {
    const id = parseChallengeId(scheme.id(hotkey, 9, 1, seq));
    assert.ok(id);
    const mayBuild = share === undefined ? {} : { mayBuild: async () => share };
    return scheme.recover(id, hotkey, 50, { seq: hint, ...mayBuild });
  };
  return {
    scheme,
    cache,
    built,
    recover,
    hold: () => {
      held = Promise.withResolvers<void>();
    },
    release: () => held?.resolve(),
  };
}

const hotkeysOf = (built: readonly IndexPlace[]): string[] => built.map(({ hotkey }) => hotkey);

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
  const { cache, built, recover } = world();
  for (const hotkey of ["a", "b", "a", "c"]) await recover(hotkey, 1);
  assert.deepEqual(
    built.map((one) => one.hotkey),
    ["a", "b", "c"],
  );
  await recover("a", 1);
  assert.equal(built.length, 3);
  await recover("b", 1);
  assert.equal(built.length, 4);
  const { maps, bytes, dropped } = cache.stats();
  assert.deepEqual({ maps, bytes, dropped }, { maps: 2, bytes: 2 * MAP_COST, dropped: 2 });
});

test("past the builds under way a look-up is refused as busy, and served again afterwards", async () => {
  const { cache, built, recover, hold, release } = world({ builds: 2 });
  hold();
  const first = [recover("a", 1), recover("b", 1), recover("a", 2)];
  assert.deepEqual(await problemOf(() => recover("c", 1)), { code: "busy", retry_after_s: 1 });
  assert.equal(cache.stats().underWay, 2);
  assert.equal(cache.stats().refused, 1);
  release();
  assert.deepEqual(await Promise.all(first), [1, 1, 2]);
  assert.equal(await recover("c", 3), 3);
  assert.equal(built.length, 3);
  assert.equal(cache.stats().underWay, 0);
});

test("a failed build fails those who wait for it, and the next look-up builds again", async () => {
  let fail = true;
  const { cache, recover } = world({
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
  assert.equal(cache.stats().underWay, 0);
  fail = false;
  assert.equal(await recover(alice, 1), 1);
  const { builds, failed } = cache.stats();
  assert.deepEqual({ builds, failed }, { builds: 2, failed: 1 });
});

test("a build that throws at once counts as failed too", async () => {
  const { cache, recover } = world({
    build: () => {
      throw new RangeError("no");
    },
  });
  await assert.rejects(recover(alice, 1), RangeError);
  assert.equal(cache.stats().underWay, 0);
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

test("a map that was built in advance answers the first id at once", async () => {
  const { scheme, cache, built } = world();
  const of = { hotkey: alice, epoch: 9, tier: 1, allotment: 50 };
  scheme.warm(of, "known");
  scheme.warm(of, "known");
  await until(() => cache.stats().maps === 1);
  const id = parseChallengeId(scheme.id(alice, 9, 1, 3));
  assert.equal(id && scheme.recover(id, alice, 50), 3);
  assert.equal(built.length, 1);
  assert.deepEqual(scheme.tables(), [of]);
});

test("one map at a time is built in advance, and an answer does not wait for those before it", async () => {
  const { scheme, cache, built, recover, hold, release } = world({ bytes: 1_000_000 });
  hold();
  for (const hotkey of ["a", "b", "c"]) scheme.warm({ hotkey, epoch: 9, tier: 1, allotment: 50 }, "known");
  assert.deepEqual(hotkeysOf(built), ["a"]);
  const answered = recover("c", 5);
  await Promise.resolve();
  assert.deepEqual(hotkeysOf(built), ["a", "c"]);
  release();
  assert.equal(await answered, 5);
  await until(() => cache.stats().maps === 3);
  assert.deepEqual(hotkeysOf(built), ["a", "c", "b"]);
});

test("a build in advance that fails is tried again by the answer", async () => {
  let fail = true;
  const { scheme, cache, recover } = world({
    build: async (args) => {
      if (fail) throw new Error("worker lost");
      return buildIndex(args);
    },
  });
  scheme.warm({ hotkey: alice, epoch: 9, tier: 1, allotment: 50 }, "known");
  await until(() => cache.stats().failed === 1);
  fail = false;
  assert.equal(await recover(alice, 1), 1);
});

test("builds in advance take no place of those that answers wait for", async () => {
  const { scheme, recover, hold, release } = world({ builds: 1, bytes: 1_000_000 });
  hold();
  scheme.warm({ hotkey: "a", epoch: 9, tier: 1, allotment: 50 }, "known");
  const answered = recover("b", 2);
  release();
  assert.equal(await answered, 2);
});

test("new hotkeys leave places for known ones", async () => {
  const { recover, hold, release } = world({ builds: 2, bytes: 1_000_000 });
  hold();
  const fresh = recover("n1", 1, undefined, "new");
  await new Promise(setImmediate);
  assert.equal((await problemOf(() => recover("n2", 1, undefined, "new"))).code, "busy");
  const known = ["k1"].map((hotkey) => recover(hotkey, 1));
  await new Promise(setImmediate);
  assert.equal((await problemOf(() => recover("k4", 1))).code, "busy");
  release();
  assert.deepEqual(await Promise.all([fresh, ...known]), [1, 1]);
});

test("the maps of new hotkeys are dropped before those of known ones", async () => {
  const { cache, built, recover } = world({ bytes: 8 * MAP_COST });
  for (const hotkey of ["a", "b", "c", "d"]) await recover(hotkey, 1);
  for (let number = 0; number < 20; number++) await recover(`n${number}`, 1, undefined, "new");
  const before = built.length;
  for (const hotkey of ["a", "b", "c", "d"]) await recover(hotkey, 2);
  assert.equal(built.length, before);
  for (const hotkey of ["e", "f", "g"]) await recover(hotkey, 1);
  // One map in eight is a new hotkey's at least.
  assert.equal(await recover("n19", 3, undefined, "new"), 3);
  assert.equal(built.length, before + 3);
  assert.equal(cache.stats().maps, 8);
});

test("nothing is built where it may not be, and the refusal is passed on", async () => {
  const { scheme, built } = world();
  const id = parseChallengeId(scheme.id(alice, 9, 1, 3));
  assert.ok(id);
  const mayBuild = async () => {
    throw new AssayError({ code: "bad_signature" });
  };
  const refused = await problemOf(async () => scheme.recover(id, alice, 50, { mayBuild }));
  assert.equal(refused.code, "bad_signature");
  assert.equal(built.length, 0);
  assert.equal(scheme.recover(id, alice, 50, { seq: 3, mayBuild }), 3);
});
