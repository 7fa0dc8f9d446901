import assert from "node:assert/strict";
import { test } from "node:test";
import {
  admitted,
  assertChain,
  assertLog,
  commitment,
  decided,
  decision,
  EPOCH,
  newSubmission,
  type OpenStore,
  wholeLog,
  withStore,
} from "./fixtures.ts";

const fresh = (epoch: number) => {
  const record = commitment(epoch);
  return { ...record, closed_at: null, revealed_key: null, log_head: record.commitment, log_length: 0 };
};

export function epochCases(open: OpenStore): void {
  test("a commitment is recorded once: a later one gets the first", () =>
    withStore(open, async (store, reopen) => {
      assert.equal(await store.epoch(EPOCH), null);
      assert.deepEqual(await store.commitEpoch(commitment()), fresh(EPOCH));
      const other = commitment(EPOCH, { commitment: "00".repeat(32), key_id: "key-2", committed_at: 9 });
      assert.deepEqual(await store.commitEpoch(other), fresh(EPOCH));
      const again = await reopen();
      assert.deepEqual(await again.epoch(EPOCH), fresh(EPOCH));
      assert.deepEqual(await again.commitEpoch(other), fresh(EPOCH));
    }));

  test("an epoch closes once nothing is pending in it, for ever, with its first key", () =>
    withStore(open, async (store, reopen) => {
      assert.equal(await store.closeEpoch(EPOCH, "k", 1), null);
      await store.commitEpoch(commitment());
      await store.commitEpoch(commitment(EPOCH + 1));
      const row = newSubmission();
      await admitted(store, row);
      await admitted(store, newSubmission({ epoch: EPOCH + 1 }));
      const open = await store.closeEpoch(EPOCH, "k", 1);
      assert.deepEqual([open?.closed_at, open?.revealed_key, open?.log_length], [null, null, 1]);
      await store.decide(decision(row.receiptId));
      const closed = await store.closeEpoch(EPOCH, "k", 2.5);
      assert.deepEqual([closed?.closed_at, closed?.revealed_key, closed?.log_length], [2.5, "k", 2]);
      assert.deepEqual(await store.closeEpoch(EPOCH, "other", 3), closed);
      const again = await reopen();
      assert.deepEqual(await again.closeEpoch(EPOCH, "other", 4), closed);
      assert.deepEqual(await again.commitEpoch(commitment()), closed);
      assert.deepEqual(await again.epoch(EPOCH), closed);
    }));

  test("open epochs are those not closed, in order", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await store.openEpochs(), []);
      for (const epoch of [EPOCH + 2, EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      await store.closeEpoch(EPOCH + 1, "k", 1);
      assert.deepEqual(await store.openEpochs(), [fresh(EPOCH), fresh(EPOCH + 2)]);
    }));

  test("a close and admissions that race end in one order: no line is logged after the key is out", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const before = Array.from({ length: 20 }, () => store.admit(newSubmission()));
      const closing = store.closeEpoch(EPOCH, "k", 1);
      const after = Array.from({ length: 20 }, () => store.admit(newSubmission()));
      const outcomes = await Promise.all([...before, ...after]);
      const record = await closing;
      assert.ok(record);
      const admittedCount = outcomes.filter(({ kind }) => kind === "admitted").length;
      assert.equal((await assertLog(store)).length, admittedCount);
      if (record.closed_at !== null) assert.equal(record.log_length, admittedCount);
    }));

  test("the log of each epoch is a chain of its own that starts at its commitment", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      await store.commitEpoch(commitment(EPOCH + 1));
      for (let index = 0; index < 5; index++) {
        await decided(store, newSubmission());
        await admitted(store, newSubmission({ epoch: EPOCH + 1 }));
      }
      const again = await reopen();
      await decided(again, newSubmission());
      const lines = await assertLog(again);
      assert.equal(lines.length, 12);
      assert.equal(lines[0]?.prev, commitment().commitment);
      assert.deepEqual(
        (await assertLog(again, EPOCH + 1)).map(({ type }) => type),
        Array(5).fill("draw"),
      );
      const record = (await again.epoch(EPOCH)) ?? assert.fail();
      const forged = lines.map((line) => (line.n === 3 ? { ...line, receipt_id: "rc_other" } : line));
      assert.throws(() => assertChain(record, forged));
    }));

  test("a log is read in pages: after a number, so many, to the end", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (let index = 0; index < 3; index++) await decided(store, newSubmission());
      const all = await wholeLog(store);
      assert.deepEqual(await store.logPage(EPOCH, -1, 100), all);
      assert.deepEqual(await store.logPage(EPOCH, -1, 2), all.slice(0, 2));
      assert.deepEqual(await store.logPage(EPOCH, 3, 100), all.slice(4));
      assert.deepEqual(await store.logPage(EPOCH, 5, 100), []);
      assert.deepEqual(await store.logPage(EPOCH + 9, -1, 100), []);
    }));

  test("issued pages are recorded once each, by hotkey and epoch", () =>
    withStore(open, async (store, reopen) => {
      const page = { lane: "sat", hotkey: "5Alice", epoch: EPOCH, tier: 1, from: 0, to: 50, at: 1.5 };
      const next = { ...page, from: 50, to: 100, at: 2 };
      await store.recordPage(next);
      await store.recordPage(page);
      await store.recordPage({ ...page, at: 3 });
      await store.recordPage({ ...page, hotkey: "5Bob" });
      await store.recordPage({ ...page, epoch: EPOCH + 1 });
      const again = await reopen();
      assert.deepEqual(await again.issuedPages("5Alice", EPOCH), [page, next]);
      assert.deepEqual(await again.issuedPages("5Nobody", EPOCH), []);
    }));
}
