import assert from "node:assert/strict";
import { test } from "node:test";
import type { EpochTerms } from "../../../src/flow/draw.ts";
import { closed, commitment, decided, EPOCH, newSubmission, type OpenStore, withStore } from "./fixtures.ts";

const HOUR = 3_600_000;

function terms(epoch: number, hours: number, weight = 1): EpochTerms {
  const tier = {
    allotment: 9,
    weight,
    answerBytes: 100,
    shape: { n_vars: 3, n_clauses: 4 },
    spec: { vars: 3, method: "x" },
  };
  return {
    ...{ hours, begins_at: epoch * hours * HOUR, ends_at: (epoch + 1) * hours * HOUR, scheme: "sealed" },
    lanes: { sat: { penalty: "strike", max_attempts: 1, tiers: { 1: tier } } },
  };
}

/** What an epoch is made with, and epochs of different lengths, whose numbers have no order. */
export function termCases(open: OpenStore): void {
  test("the terms of an epoch are those of its first commitment, and are there after a restart", () =>
    withStore(open, async (store, reopen) => {
      const first = terms(EPOCH, 1);
      assert.deepEqual((await store.commitEpoch(commitment(EPOCH, { terms: first }))).terms, first);
      const later = commitment(EPOCH, { terms: terms(EPOCH, 1, 2) });
      assert.deepEqual((await store.commitEpoch(later)).terms, first);
      const again = await reopen();
      assert.deepEqual((await again.epoch(EPOCH))?.terms, first);
      assert.deepEqual((await again.openEpochs())[0]?.terms, first);
    }));

  test("retention goes by the time at which an epoch ended, whatever its number", () =>
    withStore(open, async (store) => {
      // One hour, then two: the later epoch has the lower number.
      const [old, fresh] = [EPOCH, EPOCH / 2 + 1];
      await store.commitEpoch(commitment(old, { terms: terms(old, 1) }));
      await store.commitEpoch(commitment(fresh, { terms: terms(fresh, 2) }));
      const rows = [
        newSubmission({ epoch: old, receivedAt: 1 }),
        newSubmission({ epoch: fresh, receivedAt: 1 }),
      ];
      for (const row of rows) await decided(store, row);
      for (const epoch of [old, fresh]) await closed(store, { epoch });
      const bounds = { beforeEpoch: fresh - 168, afterEpoch: fresh, keepSolvesSince: 0, keepJobsSince: 0 };
      const retain = (endedBefore: number) => store.applyRetention({ ...bounds, endedBefore });
      assert.deepEqual(await retain((old + 1) * HOUR - 1), { dropped: 0 });
      assert.notEqual(await store.submission(rows[0]?.receiptId ?? ""), null);
      assert.ok((await retain((old + 1) * HOUR)).dropped > 0);
      assert.equal(await store.epoch(old), null);
      assert.equal(await store.submission(rows[0]?.receiptId ?? ""), null);
      assert.notEqual(await store.submission(rows[1]?.receiptId ?? ""), null);
      assert.deepEqual([await store.isEpochUsed(old), await store.isEpochUsed(fresh)], [true, true]);
      assert.equal(await store.isEpochUsed(fresh + 1), false);
      await assert.rejects(store.commitEpoch(commitment(old)), { code: "epoch_expired" });
    }));

  test("from two hours to one, what ended a little while ago is kept although its number is far below", () =>
    withStore(open, async (store) => {
      const [old, fresh] = [EPOCH / 2, EPOCH + 2];
      await store.commitEpoch(commitment(old, { terms: terms(old, 2) }));
      const row = newSubmission({ epoch: old, receivedAt: 1 });
      await decided(store, row);
      await closed(store, { epoch: old });
      const bounds = {
        beforeEpoch: fresh - 168,
        afterEpoch: fresh + 1,
        keepSolvesSince: 0,
        keepJobsSince: 0,
      };
      const { dropped } = await store.applyRetention({ ...bounds, endedBefore: (fresh - 168) * HOUR });
      assert.equal(dropped, 0);
      assert.notEqual(await store.submission(row.receiptId), null);
    }));
}
