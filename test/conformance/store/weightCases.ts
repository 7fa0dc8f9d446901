import assert from "node:assert/strict";
import { test } from "node:test";
import {
  admitted,
  assertLog,
  closed,
  commitment,
  decided,
  EPOCH,
  newSubmission,
  type OpenStore,
  presentHead,
  signed,
  unsigned,
  withStore,
} from "./fixtures.ts";

export function weightCases(open: OpenStore): void {
  test("the first intent of a period stays, exactly as it was", () =>
    withStore(open, async (store, reopen) => {
      assert.deepEqual(await store.recordIntent(unsigned(7)), unsigned(7));
      assert.deepEqual(await store.recordIntent(unsigned(7, { block: 1, weights: [] })), unsigned(7));
      const again = await reopen();
      assert.deepEqual(await again.recordIntent(unsigned(7, { block: 2 })), unsigned(7));
      assert.equal(await again.vector(7), null);
      assert.equal(await again.latestVector(), null);
    }));

  test("of intents that race one wins, and all get it", () =>
    withStore(open, async (store) => {
      const intents = await Promise.all(
        Array.from({ length: 50 }, (_, block) => store.recordIntent(unsigned(7, { block }))),
      );
      for (const intent of intents) assert.deepEqual(intent, intents[0]);
    }));

  test("a signed vector is its intent; another one for the period is refused", () =>
    withStore(open, async (store, reopen) => {
      await store.recordIntent(unsigned(7));
      await store.saveVector(signed(7));
      await store.saveVector(signed(7));
      await assert.rejects(store.saveVector(signed(7, { block: 1 })), RangeError);
      await store.saveVector(signed(9));
      assert.deepEqual(await store.recordIntent(unsigned(9, { block: 1 })), unsigned(9));
      await store.recordIntent(unsigned(11));
      const again = await reopen();
      assert.deepEqual(await again.vector(7), signed(7));
      assert.deepEqual(await again.latestVector(), signed(9));
      assert.equal(await again.vector(11), null);
      assert.equal(await again.vector(8), null);
    }));

  test("an intent of an earlier version, which calls its period an epoch, stays and is served as it is", () =>
    withStore(open, async (store, reopen) => {
      const { period: _, ...old } = unsigned(7);
      assert.deepEqual(await store.recordIntent(old), old);
      assert.deepEqual(await store.recordIntent(unsigned(7)), old);
      await assert.rejects(store.saveVector(signed(7)), RangeError);
      await store.saveVector({ ...old, signature: "s" });
      const again = await reopen();
      for (const vector of [await again.vector(7), await again.latestVector()])
        assert.deepEqual(vector, { ...old, signature: "s" });
    }));

  test("notes are kept and replaced", () =>
    withStore(open, async (store, reopen) => {
      assert.equal(await store.note("secret"), null);
      await store.setNote("secret", "a");
      await store.setNote("secret", "");
      await store.setNote("other", "ü \u0000 b");
      const again = await reopen();
      assert.equal(await again.note("secret"), "");
      assert.equal(await again.note("other"), "ü \u0000 b");
    }));

  test("retention drops old closed epochs whole and keeps what the weigh window needs", () =>
    withStore(open, async (store) => {
      const old = EPOCH - 1;
      for (const epoch of [old, EPOCH]) await store.commitEpoch(commitment(epoch));
      const rows = {
        stale: newSubmission({ epoch: old, receivedAt: 99, weight: 1 }),
        edge: newSubmission({ epoch: old, receivedAt: 100, weight: 2 }),
        kept: newSubmission({ epoch: EPOCH, receivedAt: 99, weight: 4 }),
      };
      for (const row of Object.values(rows)) await decided(store, row);
      await store.recordPage({ lane: "sat", hotkey: "5A", epoch: old, tier: 1, from: 0, to: 1, at: 1 });
      for (const epoch of [old, EPOCH]) await closed(store, { epoch });
      const { dropped } = await store.applyRetention({
        beforeEpoch: EPOCH,
        keepSolvesSince: 100,
        keepJobsSince: 0,
      });
      assert.ok(dropped > 0);
      assert.equal(await store.submission(rows.stale.receiptId), null);
      assert.equal(await store.submission(rows.edge.receiptId), null);
      assert.equal((await store.submission(rows.kept.receiptId))?.state, "accepted");
      assert.equal(await store.epoch(old), null);
      assert.deepEqual(await store.logPage(old, -1, 10), []);
      assert.deepEqual(await store.issuedPages("5A", old), []);
      assert.deepEqual(await store.logHeads(old), []);
      assert.deepEqual(await store.logHeads(EPOCH), [await presentHead(store)]);
      assert.equal((await assertLog(store)).length, 2);
      assert.equal((await store.credits(0))[0]?.weight, 6);
      const again = await store.applyRetention({
        beforeEpoch: EPOCH,
        keepSolvesSince: 100,
        keepJobsSince: 0,
      });
      assert.deepEqual(again, { dropped: 0 });
      await store.applyRetention({ beforeEpoch: EPOCH, keepSolvesSince: 101, keepJobsSince: 0 });
      assert.equal((await store.credits(0))[0]?.weight, 4);
      assert.equal((await store.miner("5Alice"))?.counts.accepted, 3);
    }));

  test("an epoch that retention dropped is never committed again, one that never was still can be", () =>
    withStore(open, async (store, reopen) => {
      const dropped = [EPOCH - 9, EPOCH - 8, EPOCH - 7, EPOCH - 3, EPOCH - 2];
      for (const epoch of dropped) await store.commitEpoch(commitment(epoch));
      const retain = (beforeEpoch: number) =>
        store.applyRetention({ beforeEpoch, keepSolvesSince: 0, keepJobsSince: 0 });
      for (const epoch of dropped) await closed(store, { epoch });
      for (const before of [EPOCH - 8, EPOCH - 2, EPOCH]) await retain(before);
      const again = await reopen();
      for (const epoch of dropped)
        await assert.rejects(again.commitEpoch(commitment(epoch)), { code: "epoch_expired" }, `${epoch}`);
      for (const epoch of [EPOCH - 10, EPOCH - 6, EPOCH - 4, EPOCH - 1])
        assert.equal((await again.commitEpoch(commitment(epoch))).epoch, epoch);
    }));

  test("retention leaves an epoch that is not closed as it is, above all what is pending", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const done = newSubmission({ receivedAt: 1 });
      await decided(store, done);
      const waiting = newSubmission({ receivedAt: 1 });
      await admitted(store, waiting);
      await closed(store);
      assert.ok(await store.addLogHead(await presentHead(store)));
      const end = Number.MAX_SAFE_INTEGER;
      const far = { beforeEpoch: EPOCH + 1000, keepSolvesSince: end, keepJobsSince: end };
      assert.deepEqual(await store.applyRetention(far), { dropped: 0 });
      assert.equal((await store.submission(done.receiptId))?.state, "accepted");
      assert.equal((await store.pending(10, new Set())).length, 1);
      assert.equal((await assertLog(store)).length, 3);
      assert.equal((await store.logHeads(EPOCH)).length, 1);
      assert.equal((await store.credits(0))[0]?.weight, 1);
    }));

  test("retention of many rows drops them all", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const rows = Array.from({ length: 1100 }, (_, index) => newSubmission({ receivedAt: index }));
      await Promise.all(rows.map((row) => decided(store, row)));
      await closed(store);
      const bounds = { beforeEpoch: EPOCH + 1, keepSolvesSince: 2000, keepJobsSince: 0 };
      const { dropped } = await store.applyRetention(bounds);
      assert.equal(dropped, 1 + 1100 + 2200 + 1 + 1100);
      assert.deepEqual(await store.credits(-1), []);
    }));
}
