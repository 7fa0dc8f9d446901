import assert from "node:assert/strict";
import { test } from "node:test";
import {
  Challenges,
  type ChallengesModules,
  type ChallengesOptions,
} from "../../../src/challenge/challenges.ts";
import { buildIndex } from "../../../src/challenge/indexTable.ts";
import type { SchemeName } from "../../../src/challenge/scheme.ts";
import { makeSealed } from "../../../src/challenge/sealed.ts";
import { everyHours } from "../../../src/core/epochs.ts";
import { noMetrics } from "../../../src/core/metrics.ts";
import { AssayError } from "../../../src/core/problems/assayError.ts";
import { problemOf } from "../../support/thrown.ts";
import { until } from "../../support/until.ts";

const HOUR = 3_600_000;
const EPOCH = 498_698;
const alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
const bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
const old = Buffer.from("old-secret-old-secret-old-secret!");
const fresh = Buffer.from("new-secret-new-secret-new-secret!");

const shaped = {
  shape: { n_vars: 400, n_clauses: 1704 },
  spec: { vars: 400, clauses: 1704, method: "biased" },
};
const tier = { lane: "sat", allotment: 100, weight: 1, answerBytes: 900, maxAttempts: 3, ...shaped };
const tiers = new Map([
  [1, tier],
  [2, { ...tier, allotment: 1, weight: 2 }],
  [3, { ...tier, lane: "other" }],
]);

/** The service at the start of an epoch, under a clock that the test moves. */
function world(options: Partial<ChallengesOptions> = {}, modules: Partial<ChallengesModules> = {}) {
  const time = { nowMs: EPOCH * HOUR };
  const built: string[] = [];
  const challenges = new Challenges(
    {
      issue: "sealed",
      accept: ["sealed"],
      epochs: everyHours(1),
      indexBytes: 1_000_000,
      current: fresh,
      previous: null,
      tiers,
      ...options,
    },
    {
      clock: { nowMs: () => time.nowMs, monotonicMs: () => 0 },
      metrics: noMetrics,
      termsOf: () => null,
      buildIndex: async (args) => {
        built.push(args.hotkey);
        return buildIndex(args);
      },
      indexShare: async () => "known",
      ...modules,
    },
  );
  const idOf = (seq: number, hotkey = alice, number = 1) =>
    challenges.page("sat", hotkey, number, seq, 1).items[0]?.challenge_id ?? "";
  return { challenges, time, built, idOf };
}

const schemes: readonly SchemeName[] = ["sealed", "indexed"];

for (const issue of schemes) {
  test(`${issue}: a listed challenge is recognised as its miner's, with the seed that issued it`, async () => {
    const { challenges, idOf } = world({ issue, accept: [] });
    const found = await challenges.recognise(idOf(99), alice);
    assert.deepEqual(found, {
      ...{ challengeId: idOf(99), lane: "sat", epoch: EPOCH, tier: 1, seq: 99 },
      ...{ weight: 1, answerBytes: 900, maxAttempts: 3 },
      spec: shaped.spec,
      seed: challenges.seedOf({ challengeId: idOf(99), hotkey: alice, epoch: EPOCH, tier: 1, seq: 99 }),
    });
    assert.equal(typeof found.seed, "bigint");
  });

  test(`${issue}: a foreign hotkey, an unknown tier and a made-up token are nobody's`, async () => {
    const { challenges, idOf } = world({ issue });
    const id = idOf(0);
    const unknownTier = id.replace("-t1-", "-t9-");
    const otherTier = id.replace("-t1-", "-t2-");
    const bogus = `${id.slice(0, -1)}${id.endsWith("0") ? "1" : "0"}`;
    const refused = { code: "not_your_challenge" };
    assert.deepEqual(await problemOf(() => challenges.recognise(id, bob)), refused);
    for (const text of [unknownTier, otherTier, bogus])
      assert.deepEqual(await problemOf(() => challenges.recognise(text, alice)), refused);
  });

  test(`${issue}: an id lives in its epoch and the next, to the millisecond`, async () => {
    const { challenges, time, idOf } = world({ issue });
    const id = idOf(5);
    const expired = (current: number) => ({ code: "epoch_expired", epoch: EPOCH, current });
    for (const nowMs of [EPOCH * HOUR, (EPOCH + 1) * HOUR, (EPOCH + 2) * HOUR - 1]) {
      time.nowMs = nowMs;
      assert.equal((await challenges.recognise(id, alice)).seq, 5);
    }
    time.nowMs = (EPOCH + 2) * HOUR;
    assert.deepEqual(await problemOf(() => challenges.recognise(id, alice)), expired(EPOCH + 2));
    time.nowMs = EPOCH * HOUR - 1;
    assert.deepEqual(await problemOf(() => challenges.recognise(id, alice)), expired(EPOCH - 1));
  });

  test(`${issue}: an id of the old master counts until the epoch of the change, with the old seed`, async () => {
    const before = world({ issue, current: old });
    const id = before.idOf(3);
    before.time.nowMs += HOUR;
    const next = before.idOf(3);
    const { seed } = await before.challenges.recognise(id, alice);

    const { challenges, time } = world({ issue, previous: { secret: old, lastEpoch: EPOCH } });
    assert.equal((await challenges.recognise(id, alice)).seed, seed);
    time.nowMs += HOUR;
    assert.equal((await challenges.recognise(id, alice)).seed, seed);
    assert.deepEqual(await problemOf(() => challenges.recognise(next, alice)), {
      code: "not_your_challenge",
    });
  });

  test(`${issue}: after a rotation new ids come from the new master`, async () => {
    const rotated = world({ issue, previous: { secret: old, lastEpoch: EPOCH } });
    assert.equal(rotated.idOf(0), world({ issue }).idOf(0));
    assert.equal((await rotated.challenges.recognise(rotated.idOf(0), alice)).seq, 0);
  });
}

test("malformed ids are refused before anything else", async () => {
  const { challenges } = world();
  for (const text of ["", "pm-t1-e1-zz", `pm-t01-e${EPOCH}-${"0".repeat(24)}`])
    assert.deepEqual(await problemOf(() => challenges.recognise(text, alice)), {
      code: "malformed_challenge_id",
    });
});

test("an expired id of an unknown tier is expired: the epoch is checked first", async () => {
  const { challenges } = world();
  const { code } = await problemOf(() => challenges.recognise(`pm-t9-e1-${"0".repeat(24)}`, alice));
  assert.equal(code, "epoch_expired");
});

test("the issuing scheme is accepted without being named; the other only when it is", async () => {
  const sealed = world();
  const indexed = world({ issue: "indexed", accept: [] });
  assert.notEqual(sealed.idOf(7), indexed.idOf(7));
  assert.deepEqual(await problemOf(() => indexed.challenges.recognise(sealed.idOf(7), alice)), {
    code: "not_your_challenge",
  });
  const migrating = world({ accept: ["sealed", "indexed"] });
  assert.equal(migrating.idOf(7), sealed.idOf(7));
  assert.equal((await migrating.challenges.recognise(sealed.idOf(7), alice)).seq, 7);
  assert.equal(migrating.built.length, 0);
  const recognised = await migrating.challenges.recognise(indexed.idOf(7), alice);
  assert.equal(recognised.seed, (await indexed.challenges.recognise(indexed.idOf(7), alice)).seed);
  assert.equal(migrating.built.length, 1);
});

test("a submission keeps its seed when its epoch is over, its scheme no longer accepted, its master replaced", async () => {
  const before = world({ issue: "indexed", current: old });
  const challengeId = before.idOf(8);
  const { seed } = await before.challenges.recognise(challengeId, alice);
  const after = world({ previous: { secret: old, lastEpoch: EPOCH } });
  after.time.nowMs += 50 * HOUR;
  const submission = { challengeId, hotkey: alice, epoch: EPOCH, tier: 1, seq: 8 };
  assert.equal(after.challenges.seedOf(submission), seed);
  assert.equal(after.challenges.seedOf({ ...submission, seq: 9 }), null);
  assert.equal(world().challenges.seedOf(submission), null);
});

test("a caller that gives the seq needs no index", async () => {
  const { challenges, built, idOf } = world({ issue: "indexed" });
  assert.equal((await challenges.recognise(idOf(7), alice, 7)).seq, 7);
  assert.deepEqual(await problemOf(() => challenges.recognise(idOf(7), alice, 8)), {
    code: "not_your_challenge",
  });
  assert.equal(built.length, 0);
});

test("pages cover the allotment once, in order, and say where they end", () => {
  const { challenges } = world();
  const seen: number[] = [];
  for (let offset: number | null = 0; offset !== null; ) {
    const page = challenges.page("sat", alice, 1, offset, 30);
    assert.equal(page.epoch, EPOCH);
    seen.push(...page.items.map((item) => item.seq));
    offset = page.next_offset;
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, seq) => seq),
  );
});

test("a page that ends with the allotment is the last, and one past it is empty", () => {
  const { challenges } = world();
  assert.equal(challenges.page("sat", alice, 1, 50, 50).next_offset, null);
  assert.equal(challenges.page("sat", alice, 1, 50, 49).next_offset, 99);
  for (const offset of [100, 101, 4_294_967_295]) {
    const page = challenges.page("sat", alice, 1, offset, 50);
    assert.deepEqual([page.items, page.next_offset], [[], null]);
  }
});

test("an item shows what the miner needs to choose", () => {
  const { challenges } = world();
  const challenge_id = makeSealed(fresh).id(alice, EPOCH, 2, 0);
  assert.deepEqual(challenges.page("sat", alice, 2, 0, 10), {
    ...{ epoch: EPOCH, lane: "sat", tier: 2, next_offset: null },
    items: [{ challenge_id, seq: 0, n_vars: 400, n_clauses: 1704, weight: 2 }],
  });
});

test("a page holds at most 500 items however many are asked for", () => {
  const { challenges } = world({ tiers: new Map([[1, { ...tier, allotment: 4_294_967_295 }]]) });
  const page = challenges.page("sat", alice, 1, 0, 1_000_000);
  assert.deepEqual([page.items.length, page.next_offset], [500, 500]);
});

test("unknown lanes and tiers have different codes, and a tier belongs to its lane", async () => {
  const { challenges } = world();
  const page = (lane: string, number: number) => problemOf(() => challenges.page(lane, alice, number, 0, 1));
  assert.deepEqual(await page("groth16", 1), { code: "lane_not_found", lane: "groth16" });
  assert.deepEqual(await page("sat", 4), { code: "tier_not_found", tier: 4 });
  assert.deepEqual(await page("sat", 3), { code: "tier_not_found", tier: 3 });
});

test("offsets and limits that no request may have are the caller's mistake", () => {
  const { challenges } = world();
  for (const [offset, limit] of [
    [-1, 1],
    [0.5, 1],
    [0, 0],
    [0, 1.5],
  ] as const)
    assert.throws(() => challenges.page("sat", alice, 1, offset, limit), RangeError);
});

test("an allotment that no index may have is refused at start, unless no index is used", () => {
  const huge = new Map([[1, { ...tier, allotment: 1_000_001 }]]);
  assert.throws(() => world({ accept: ["indexed"], tiers: huge }), RangeError);
  assert.equal(world({ tiers: huge }).challenges.currentEpoch(), EPOCH);
});

test("longer epochs change later", () => {
  const { challenges, time } = world({ epochs: everyHours(24) });
  time.nowMs = 3 * 24 * HOUR - 1;
  assert.equal(challenges.currentEpoch(), 2);
  time.nowMs++;
  assert.equal(challenges.currentEpoch(), 3);
});

test("a listing has the index built in advance, of the tier that was listed", async () => {
  const { challenges, built, idOf } = world({ issue: "indexed" });
  challenges.listed(alice, 1);
  challenges.listed(alice, 4);
  await until(() => challenges.indexStats().maps === 1);
  assert.equal((await challenges.recognise(idOf(7), alice)).seq, 7);
  assert.deepEqual(built, [alice]);
  const sealed = world();
  sealed.challenges.listed(alice, 1);
  await new Promise(setImmediate);
  assert.deepEqual(sealed.built, []);
});

test("at the turn of an epoch the indexes of the last one's miners are built, once", async () => {
  const { challenges, time, built, idOf } = world({ issue: "indexed" });
  challenges.turn();
  for (const hotkey of [alice, bob]) await challenges.recognise(idOf(1, hotkey), hotkey);
  time.nowMs += HOUR;
  challenges.turn();
  challenges.turn();
  await until(() => challenges.indexStats().maps === 4);
  assert.deepEqual(built, [alice, bob, alice, bob]);
  await challenges.recognise(idOf(1), alice);
  assert.equal(built.length, 4);
});

test("an index is asked for before it is built, with the request's proof, and a refusal stands", async () => {
  const asked: string[] = [];
  const { challenges, built, idOf } = world(
    { issue: "indexed" },
    {
      indexShare: async (hotkey, prove) => {
        asked.push(hotkey);
        await prove?.();
        return "new";
      },
    },
  );
  const forged = async () => {
    throw new AssayError({ code: "bad_signature" });
  };
  const { code } = await problemOf(() => challenges.recognise(idOf(1), alice, undefined, forged));
  assert.equal(code, "bad_signature");
  assert.deepEqual(built, []);
  assert.equal((await challenges.recognise(idOf(1), alice, 1, forged)).seq, 1);
  assert.equal((await challenges.recognise(idOf(1), alice, undefined, async () => undefined)).seq, 1);
  assert.equal((await challenges.recognise(idOf(2), alice, undefined, forged)).seq, 2);
  assert.deepEqual(asked, [alice, alice]);
});
