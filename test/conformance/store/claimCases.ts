import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClaimedSubmission } from "../../../src/flow/claims.ts";
import type { CustomerUpdate } from "../../../src/flow/job.ts";
import type { Store } from "../../../src/flow/store.ts";
import type { NewSubmission } from "../../../src/flow/submission.ts";
import {
  admitted,
  assertLog,
  commitment,
  decision,
  newSubmission,
  type OpenStore,
  struck,
  withStore,
} from "./fixtures.ts";
import { atMost, customerJob } from "./jobFixtures.ts";
import { expired, joined } from "./nodeFixtures.ts";

const none: ReadonlySet<string> = new Set();
const T = 1_700_000_001_000;

const idsOf = (rows: readonly ClaimedSubmission[]): string[] => rows.map(({ receiptId }) => receiptId);
const claimsOf = (rows: readonly ClaimedSubmission[]): number[] => rows.map(({ claims }) => claims);

/** Admits some, the first given as the newest; returns them oldest first. */
async function waiting(store: Store, count: number, change: Partial<NewSubmission> = {}): Promise<string[]> {
  const ids: string[] = [];
  for (let age = 0; age < count; age++) {
    const { answer: _, ...rest } = change;
    ids.unshift((await admitted(store, newSubmission({ receivedAt: T - age, ...rest }))).receiptId);
  }
  return ids;
}

/** Work that nodes share out among themselves. */
export function claimCases(open: OpenStore): void {
  test("rows of nobody are claimed once, oldest first, whole, but for those in hand", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const row = await admitted(store, newSubmission({ receivedAt: T - 99 }));
      const rest = await waiting(store, 4);
      const [one, two] = [await joined(store), await joined(store, "two")];
      const [oldest, inHand = "", ...others] = [row.receiptId, ...rest];
      assert.deepEqual(await store.claim(one, 1, none), [{ ...row, claims: 1 }]);
      assert.deepEqual(idsOf(await store.claim(two, 2, new Set([inHand]))), others.slice(0, 2));
      const second = await store.claim(one, 9, new Set([oldest]));
      assert.deepEqual(idsOf(second), [inHand, ...others.slice(2)]);
      assert.deepEqual(await store.claim(two, 9, new Set(others.slice(0, 2))), []);
      const pending = (await store.pending(9, none)).map(({ receiptId }) => receiptId);
      assert.deepEqual(pending, [oldest, ...rest]);
    }));

  test("claims at the same time share no row and leave none", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const ids = await waiting(store, 24);
      const nodes = await Promise.all(["a", "b", "c", "d"].map((name) => joined(store, name)));
      const claimed = await Promise.all(
        [...nodes, ...nodes, ...nodes].map((node) => store.claim(node, 2, none)),
      );
      const all = claimed.flat();
      assert.deepEqual(idsOf(all).sort(), [...ids].sort());
      assert.ok(claimsOf(all).every((claims) => claims === 1));
    }));

  test("what a node admits is its own, until it is gone", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const [one, two] = [await joined(store), await joined(store, "two")];
      const own = await admitted(store, newSubmission({ node: one }));
      const gone = await admitted(store, newSubmission({ node: two, receivedAt: T + 5 }));
      assert.equal("node" in own, false);
      assert.deepEqual(await store.claim(two, 9, new Set([gone.receiptId])), []);
      await store.leaveNode(two);
      assert.deepEqual(idsOf(await store.claim(one, 9, new Set([own.receiptId]))), [gone.receiptId]);
      await expired(store, one);
      const three = await joined(store, "three");
      const taken = await store.claim(three, 9, none);
      assert.deepEqual(
        [idsOf(taken), claimsOf(taken)],
        [
          [own.receiptId, gone.receiptId],
          [1, 2],
        ],
      );
      await store.leaveNode(three);
      const again = await reopen();
      const later = await again.claim(await joined(again), 9, none);
      assert.deepEqual(
        [idsOf(later), claimsOf(later)],
        [
          [own.receiptId, gone.receiptId],
          [2, 3],
        ],
      );
    }));

  test("a row that its owner does not have in hand is claimed by it again, and by no other", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const [one, two] = [await joined(store), await joined(store, "two")];
      const { receiptId } = await admitted(store, newSubmission({ node: one }));
      assert.deepEqual(await store.claim(two, 9, none), []);
      assert.deepEqual(await store.claim(one, 9, new Set([receiptId])), []);
      assert.deepEqual(idsOf(await store.claim(one, 9, none)), [receiptId]);
      assert.deepEqual(await store.claim(two, 9, none), []);
    }));

  test("undecided rows are counted up to the limit", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      assert.equal(await store.undecided(9), 0);
      const [first = ""] = await waiting(store, 3);
      assert.deepEqual([await store.undecided(9), await store.undecided(2)], [3, 2]);
      await store.decide(decision(first));
      assert.equal(await store.undecided(9), 2);
    }));

  test("a row that was claimed more often waits for the others", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const [poison = "", other = ""] = await waiting(store, 2);
      for (const claims of [1, 2, 3]) {
        const node = await joined(store, `n${claims}`);
        const [row, ...more] = await store.claim(node, 1, new Set([other]));
        assert.deepEqual([row?.receiptId, row?.claims, more], [poison, claims, []]);
        await expired(store, node);
      }
      const newer = (await admitted(store, newSubmission({ receivedAt: T + 9 }))).receiptId;
      const last = await joined(store, "last");
      assert.deepEqual(idsOf(await store.claim(last, 2, none)), [other, newer]);
      assert.deepEqual(claimsOf(await store.claim(last, 1, new Set([other, newer]))), [4]);
    }));

  test("only its owner ends a row, and only while it lives; nobody else changes anything", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const row = newSubmission();
      await admitted(store, row);
      const [one, two] = [await joined(store), await joined(store, "two")];
      const end = (node: number) => store.decide(decision(row.receiptId, { ...struck(row), node }));
      assert.equal(await end(one), null);
      assert.equal((await store.claim(one, 1, none)).length, 1);
      assert.equal(await end(two), null);
      await expired(store, one);
      assert.equal(await end(one), null);
      assert.equal((await store.claim(two, 1, none)).length, 1);
      assert.equal(await end(one), null);
      assert.equal((await store.submission(row.receiptId))?.state, "pending");
      assert.deepEqual([(await store.strikes(row.hotkey)).length, (await assertLog(store)).length], [0, 1]);
      assert.equal((await end(two))?.state, "rejected");
      assert.equal(await end(two), null);
      assert.deepEqual([(await store.strikes(row.hotkey)).length, (await assertLog(store)).length], [1, 2]);
      assert.deepEqual(await store.claim(two, 1, none), []);
    }));

  test("a decision that names no node asks not whose the row is", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const one = await joined(store);
      const row = await admitted(store, newSubmission({ node: one }));
      assert.equal((await store.decide(decision(row.receiptId)))?.state, "accepted");
      assert.deepEqual(await store.claim(one, 1, none), []);
    }));

  test("a node that is gone claims nothing", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await waiting(store, 1);
      await store.addCustomerJob(customerJob(), atMost(9));
      const [left, ranOut] = [await joined(store), await joined(store)];
      await store.leaveNode(left);
      await expired(store, ranOut);
      for (const node of [left, ranOut, 0, ranOut + 1000]) {
        assert.deepEqual(await store.claim(node, 9, none), []);
        assert.deepEqual(await store.claimCustomerJobs(node, 9), []);
      }
    }));

  test("queued jobs are claimed once, oldest first, and ended by their claimant alone", () =>
    withStore(open, async (store) => {
      const jobs = [
        customerJob({ createdAt: T + 2 }),
        customerJob({ createdAt: T + 1 }),
        customerJob({ createdAt: T }),
      ];
      for (const job of jobs) await store.addCustomerJob(job, atMost(9));
      const [third, second, first] = jobs;
      const [one, two] = [await joined(store), await joined(store, "two")];
      assert.deepEqual(await store.claimCustomerJobs(one, 2), [first, second]);
      assert.deepEqual(await store.claimCustomerJobs(two, 2), [third]);
      assert.deepEqual(await store.claimCustomerJobs(two, 2), []);
      const jobId = first?.jobId ?? "";
      const update: CustomerUpdate = {
        ...{ jobId, attempts: 1, state: "done", answer: "{}", verified: true, hotkey: "5Alice" },
        ...{ code: null, endedAt: T + 9 },
      };
      assert.equal(await store.updateCustomerJob({ ...update, node: two }), false);
      await expired(store, one);
      assert.equal(await store.updateCustomerJob({ ...update, node: one }), false);
      assert.deepEqual(await store.claimCustomerJobs(two, 9), [first, second]);
      assert.equal((await store.customerJob(jobId))?.state, "queued");
      assert.equal(await store.updateCustomerJob({ ...update, node: two }), true);
      assert.equal(await store.updateCustomerJob({ ...update, node: two }), false);
      assert.equal((await store.customerJob(jobId))?.answer, "{}");
      assert.equal((await store.cancelCustomerJob(second?.jobId ?? "", T))?.state, "cancelled");
      assert.deepEqual(await store.claimCustomerJobs(await joined(store), 9), []);
      assert.equal(await store.updateCustomerJob({ ...update, jobId: third?.jobId ?? "" }), true);
    }));
}
