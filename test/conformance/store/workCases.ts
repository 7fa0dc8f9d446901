import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../../src/flow/store.ts";
import {
  assertLog,
  commitment,
  decided,
  newSubmission,
  type OpenStore,
  struck,
  withStore,
} from "./fixtures.ts";
import { BUCKET, bucket, delta, jobStrike, opened, sampledEnd, struckEnd, T } from "./jobFixtures.ts";

/** Credit by lane and hotkey, all buckets together. */
async function credited(store: Store): Promise<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const { lane, hotkey, credit } of await store.work(0)) {
    sums[`${lane} ${hotkey}`] = (sums[`${lane} ${hotkey}`] ?? 0) + credit;
  }
  return sums;
}

/** Verified and unverified credit in two push lanes and the pull lane, of two hotkeys. */
async function earnEverywhere(store: Store): Promise<void> {
  await store.commitEpoch(commitment());
  await store.endSamples([sampledEnd(await opened(store), { credit: 1, at: T - BUCKET })]);
  await store.endSamples([sampledEnd(await opened(store, { lane: "other" }), { credit: 2 })]);
  const unverified = [delta({ credit: 4 }), delta({ credit: 8, at: T - BUCKET })];
  const others = [delta({ credit: 16, lane: "other" }), delta({ credit: 32, hotkey: "5Bob" })];
  await store.addWork([...unverified, ...others, delta({ credit: 0, debit: 3, accepted: 0, failed: 1 })]);
  await decided(store, newSubmission({ weight: 1 }));
  await decided(store, newSubmission({ weight: 2 }), { verified: false });
  await decided(store, newSubmission({ weight: 4, hotkey: "5Bob" }), { verified: false });
}

/** Alice's verified credit is left, and all of Bob's. */
async function assertForfeited(store: Store): Promise<void> {
  const left = { "groth16 5Alice": 1, "other 5Alice": 2, "groth16 5Bob": 32 };
  assert.deepEqual(await credited(store), left);
  const debits = (await store.work(0)).reduce((sum, { debit }) => sum + debit, 0);
  assert.equal(debits, 3);
  assert.deepEqual(await store.credits(0), [
    { lane: "sat", hotkey: "5Alice", weight: 1 },
    { lane: "sat", hotkey: "5Bob", weight: 4 },
  ]);
}

export function workCases(open: OpenStore): void {
  test("work adds up in buckets of five minutes, by lane and hotkey", () =>
    withStore(open, async (store, reopen) => {
      const more = { credit: 1.5, debit: 2.25, accepted: 3, failed: 2 };
      await store.addWork([delta({ at: T }), delta({ at: T + BUCKET - 0.5, ...more })]);
      await store.addWork([delta({ at: T - 1 }), delta({ at: T + BUCKET }), delta({ hotkey: "5Bob" })]);
      await store.addWork([delta({ lane: "other", credit: 0, debit: 9, accepted: 0, failed: 1 })]);
      await store.addWork([]);
      const again = await reopen();
      const buckets = [
        bucket({ start: T - BUCKET }),
        bucket({ start: T, credit: 5.5, debit: 2.25, results: 6 }),
        bucket({ start: T, hotkey: "5Bob" }),
        bucket({ start: T, lane: "other", credit: 0, debit: 9 }),
        bucket({ start: T + BUCKET }),
      ];
      assert.deepEqual(await again.work(0), buckets);
      assert.deepEqual(await again.work(T), buckets.slice(1));
      assert.deepEqual(await again.work(T + 0.5), buckets.slice(4));
      assert.deepEqual(await again.work(T + BUCKET + 1), []);
    }));

  test("verified and unverified credit of a moment lie in one bucket", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await store.addWork([delta({ credit: 4, accepted: 2, failed: 1 })]);
      await store.endSamples([sampledEnd(await opened(store), { credit: 8, at: T + 5 })]);
      assert.deepEqual(await store.work(0), [bucket({ credit: 12, results: 4 })]);
    }));

  test("work sights its miner and counts what was accepted", () =>
    withStore(open, async (store) => {
      await store.addWork([delta({ block: 50, accepted: 7, failed: 3 }), delta({ block: 60 })]);
      await store.addWork([delta({ lane: "other", block: 40 })]);
      assert.deepEqual(await store.miner("5Alice"), {
        ...{ hotkey: "5Alice", firstSeen: 50, lastSeen: 60 },
        counts: { submitted: 9, accepted: 9, rejected: 0, void: 0 },
      });
    }));

  test("amounts that are none are refused, and with them all that came along", () =>
    withStore(open, async (store) => {
      for (const bad of [
        { credit: Number.NaN },
        { credit: Number.POSITIVE_INFINITY },
        { credit: -1 },
        { debit: -0.5 },
        { debit: Number.POSITIVE_INFINITY },
        { failed: -2 },
        { at: Number.NaN },
      ]) {
        await assert.rejects(store.addWork([delta(), delta(bad)]), RangeError, JSON.stringify(bad));
      }
      assert.deepEqual(await store.work(0), []);
      assert.equal(await store.miner("5Alice"), null);
    }));

  test("a strike for a job is stored with its exhibit, and suspends", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const jobId = await opened(store);
      const end = struckEnd(jobId);
      assert.deepEqual(await store.endSamples([end]), [jobId]);
      const again = await reopen();
      assert.deepEqual(await again.strikes("5Alice"), [{ ...end.strike, counted: false }]);
      const { suspensions, strikes } = await again.standingState();
      assert.deepEqual(suspensions, [
        {
          ...{ hotkey: "5Alice", kind: "strike", untilBlock: 7320 },
          ...{ reason: "proof_rejected", by: "judge", at: T + 2 },
        },
      ]);
      assert.deepEqual(strikes, [{ hotkey: "5Alice", block: 120, counted: false }]);
      assert.equal((await assertLog(again)).length, 2);
    }));

  for (const suspendUntil of [7320, null]) {
    const word = suspendUntil === null ? "does not suspend" : "suspends";
    test(`a strike in a push lane that ${word} forfeits unverified credit in every lane`, () =>
      withStore(open, async (store, reopen) => {
        await earnEverywhere(store);
        const jobId = await opened(store, { lane: "other" });
        await store.endSamples([struckEnd(jobId, { lane: "other" }, { suspendUntil })]);
        await assertForfeited(await reopen());
      }));

    test(`a strike in the pull lane that ${word} forfeits unverified credit in every lane`, () =>
      withStore(open, async (store, reopen) => {
        await earnEverywhere(store);
        const caught = newSubmission();
        await decided(store, caught, struck(caught, { suspendUntil, at: T + 2 }));
        await assertForfeited(await reopen());
      }));
  }

  test("a cheat of a backlog that has its strike forfeits as a strike does, and adds none", () =>
    withStore(open, async (store, reopen) => {
      await earnEverywhere(store);
      const jobId = await opened(store, { lane: "other" });
      const end = struckEnd(jobId, { lane: "other" });
      await store.endSamples([{ ...end, strike: null, forfeits: true }]);
      const again = await reopen();
      await assertForfeited(again);
      assert.deepEqual((await again.standingState()).strikes, []);
    }));

  test("a submission of such a backlog forfeits too", () =>
    withStore(open, async (store, reopen) => {
      await earnEverywhere(store);
      const end = { state: "rejected", code: "solution_unsatisfied", forfeits: true } as const;
      await decided(store, newSubmission(), end);
      await assertForfeited(await reopen());
    }));

  test("work from before a strike that is recorded after it is forfeited too; later work is not", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const jobId = await opened(store);
      const strike = jobStrike(jobId, { at: T + 10, suspendUntil: null });
      await store.endSamples([struckEnd(jobId, {}, strike)]);
      const bob = delta({ at: T + 9, credit: 8, hotkey: "5Bob" });
      const late = [delta({ at: T + 9, credit: 1, debit: 5 }), delta({ at: T + 10, credit: 2 })];
      await store.addWork([...late, delta({ at: T + 11, credit: 4 }), bob]);
      assert.deepEqual(await store.work(0), [
        bucket({ credit: 4, debit: 5, results: 3 }),
        bucket({ credit: 8, hotkey: "5Bob" }),
      ]);
      assert.equal((await store.miner("5Alice"))?.counts.accepted, 3);
    }));

  test("what was verified is paid whenever the check ends, and earned again after a strike", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const [checked, caught] = [await opened(store), await opened(store)];
      await store.addWork([delta({ credit: 2 })]);
      await store.endSamples([struckEnd(caught), sampledEnd(checked, { at: T + 1 })]);
      await store.addWork([delta({ credit: 16, at: T + 3 })]);
      assert.deepEqual(await credited(store), { "groth16 5Alice": 24 });
    }));

  test("retention drops buckets from before the window, at any number", () =>
    withStore(open, async (store) => {
      const starts = Array.from({ length: 1100 }, (_, i) => T - (i + 1) * BUCKET);
      await store.addWork([...starts, T, T + BUCKET].map((at) => delta({ at })));
      const bounds = { beforeEpoch: 0, keepSolvesSince: T, keepJobsSince: 0 };
      assert.deepEqual(await store.applyRetention(bounds), { dropped: 1100 });
      assert.deepEqual(await store.work(0), [bucket(), bucket({ start: T + BUCKET })]);
      assert.deepEqual(await store.applyRetention({ ...bounds, keepSolvesSince: T + 1 }), { dropped: 1 });
      assert.equal((await store.miner("5Alice"))?.counts.accepted, 1102);
    }));

  test("a long read of work sees one moment of it", () =>
    withStore(open, async (store) => {
      const deltas = Array.from({ length: 6000 }, (_, i) => delta({ at: T + i * BUCKET, credit: 1 }));
      await store.addWork(deltas);
      await store.commitEpoch(commitment());
      const jobId = await opened(store);
      const reads = Array.from({ length: 6 }, () => store.work(0));
      const strike = store.endSamples([struckEnd(jobId)]);
      const sums = (await Promise.all(reads)).map((read) =>
        read.reduce((sum, { credit }) => sum + credit, 0),
      );
      await strike;
      for (const sum of sums) assert.ok(sum === 6000 || sum === 0, `half a forfeit: ${sum}`);
      assert.deepEqual(await credited(store), { "groth16 5Alice": 0 });
    }));
}
