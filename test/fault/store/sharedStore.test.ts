import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomerToken } from "../../../src/flow/customerToken.ts";
import type { Store } from "../../../src/flow/store.ts";
import { commitment, decided, newSubmission, struck, unsigned } from "../../conformance/store/fixtures.ts";
import { BUCKET, customerJob, delta, T } from "../../conformance/store/jobFixtures.ts";
import { Counts } from "../../support/counts.ts";
import { openStore, testDatabases } from "../../support/store/postgresDatabases.ts";

const databases = testDatabases();

/** Several stores of one database, as several processes have it. */
async function withStores(
  count: number,
  work: (stores: readonly Store[], metrics: Counts) => Promise<void>,
): Promise<void> {
  const server = await databases.get();
  const url = await server.make();
  const metrics = new Counts();
  const stores = await Promise.all(Array.from({ length: count }, () => openStore(url, { metrics })));
  try {
    await work(stores, metrics);
  } finally {
    await Promise.all(stores.map((store) => store.close()));
    await server.drop(url);
  }
}

/** One call for each of a number of items, in turn by each store, all at once. */
function shared<T, R>(
  stores: readonly Store[],
  items: readonly T[],
  call: (store: Store, item: T) => Promise<R>,
): Promise<R[]> {
  return Promise.all(
    items.map((item, index) => {
      const store = stores[index % stores.length];
      assert.ok(store);
      return call(store, item);
    }),
  );
}

test("the bounds on queued jobs hold over all processes, and a client key is one job", () =>
  withStores(3, async (stores) => {
    const bounds = { all: 20, perOwner: 7 };
    const jobs = Array.from({ length: 60 }, (_, index) => customerJob({ owner: index % 2 ? "tk_a" : null }));
    const ends = await shared(stores, jobs, (store, job) => store.addCustomerJob(job, bounds));
    const count = (kind: string) => ends.filter((end) => end.kind === kind).length;
    assert.equal(count("added"), 20);
    assert.equal((await stores[0]?.queuedCustomerJobs(100))?.length, 20);
    const owned = await stores[0]?.customerJobs({ owner: "tk_a", state: "queued", after: null, limit: 100 });
    assert.ok(owned && owned.length <= 7);
    const same = Array.from({ length: 30 }, () => customerJob({ clientKey: "same", owner: "tk_b" }));
    const twins = await shared(stores, same, (store, job) =>
      store.addCustomerJob(job, { all: 99, perOwner: 9 }),
    );
    assert.equal(twins.filter(({ kind }) => kind === "added").length, 1);
    assert.equal(twins.filter(({ kind }) => kind === "replay").length, 29);
  }));

test("the bound on tokens holds over all processes", () =>
  withStores(3, async (stores) => {
    const tokens = Array.from(
      { length: 30 },
      (_, index): CustomerToken => ({
        ...{ tokenId: `tk_${index}`, name: "n", secretSha256: "ab".repeat(32), createdAt: index },
        ...{ lastUsedAt: null, revokedAt: null },
      }),
    );
    const added = await shared(stores, tokens, (store, token) => store.addCustomerToken(token, 11));
    assert.equal(added.filter(Boolean).length, 11);
    assert.equal((await stores[1]?.customerTokens())?.length, 11);
  }));

test("of intents of several processes one is on record, and all get it", () =>
  withStores(3, async (stores) => {
    const blocks = Array.from({ length: 30 }, (_, block) => block);
    const intents = await shared(stores, blocks, (store, block) =>
      store.recordIntent(unsigned(7, { block })),
    );
    for (const intent of intents) assert.deepEqual(intent, intents[0]);
  }));

test("work of many miners by several processes at once adds up, in whatever order each has it, and none waits in a circle", () =>
  withStores(3, async (stores, metrics) => {
    const hotkeys = Array.from({ length: 40 }, (_, index) => `5Miner${index}`);
    const rounds = Array.from({ length: 30 }, (_, index) => index);
    await stores[0]?.commitEpoch(commitment());
    await Promise.all([
      shared(stores, rounds, (store, round) => {
        const order = round % 2 === 0 ? hotkeys : hotkeys.toReversed();
        return store.addWork(order.map((hotkey) => delta({ hotkey, credit: 1 })));
      }),
      shared(stores, hotkeys.toReversed(), (store, hotkey) => decided(store, newSubmission({ hotkey }))),
    ]);
    const work = (await stores[0]?.work(0)) ?? [];
    assert.deepEqual(
      work.map(({ hotkey, credit, results }) => [hotkey, credit, results]),
      hotkeys.toSorted().map((hotkey) => [hotkey, rounds.length, rounds.length]),
    );
    for (const hotkey of hotkeys)
      assert.equal((await stores[1]?.miner(hotkey))?.counts.accepted, rounds.length + 1);
    assert.equal(metrics.get("assay_store_retries_total"), 0);
  }));

test("a strike in one process forfeits what another records meanwhile of the time before it", () =>
  withStores(2, async (stores) => {
    await stores[0]?.commitEpoch(commitment());
    const hotkeys = Array.from({ length: 40 }, (_, index) => `5Cheat${index}`);
    await Promise.all([
      shared(stores, hotkeys, async (store, hotkey) => {
        const row = newSubmission({ hotkey });
        await decided(store, row, struck(row, { at: T + BUCKET, suspendUntil: null }));
      }),
      shared(stores, hotkeys.toReversed(), async (store, hotkey) => {
        for (let at = 0; at < 5; at++) await store.addWork([delta({ hotkey, at: T + at })]);
      }),
    ]);
    for (const { hotkey, credit } of (await stores[0]?.work(0)) ?? []) assert.equal(credit, 0, hotkey);
  }));
