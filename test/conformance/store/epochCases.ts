import assert from "node:assert/strict";
import { test } from "node:test";
import { LOG_HEADS_MAX, type LogHead } from "../../../src/flow/draw.ts";
import type { Store } from "../../../src/flow/store.ts";
import {
  admitted,
  assertChain,
  assertLog,
  closed,
  commitment,
  decided,
  decision,
  EPOCH,
  head,
  newSubmission,
  type OpenStore,
  presentHead,
  wholeLog,
  withStore,
} from "./fixtures.ts";
import { drawn, groupOf } from "./jobFixtures.ts";

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

  test("an epoch closes once nothing is pending in it, for ever, with its first key and head", () =>
    withStore(open, async (store, reopen) => {
      assert.equal(await closed(store), null);
      await store.commitEpoch(commitment());
      await store.commitEpoch(commitment(EPOCH + 1));
      const row = newSubmission();
      await admitted(store, row);
      await admitted(store, newSubmission({ epoch: EPOCH + 1 }));
      const waiting = await closed(store);
      assert.deepEqual([waiting?.closed_at, waiting?.revealed_key, waiting?.log_length], [null, null, 1]);
      assert.deepEqual(await store.logHeads(EPOCH), []);
      await store.decide(decision(row.receiptId));
      const final = await presentHead(store);
      const record = await closed(store, { at: 2.5 });
      assert.deepEqual([record?.closed_at, record?.revealed_key, record?.log_length], [2.5, "k", 2]);
      const later = { ...final, signed_at: 9 };
      assert.deepEqual(await store.closeEpoch(EPOCH, "other", later, 3), record);
      const again = await reopen();
      assert.deepEqual(await again.closeEpoch(EPOCH, "other", later, 4), record);
      assert.deepEqual(await again.commitEpoch(commitment()), record);
      assert.deepEqual(await again.epoch(EPOCH), record);
      assert.deepEqual(await again.logHeads(EPOCH), [final]);
    }));

  test("an epoch closes only with the head that its log has: neither an older one nor another epoch's", () =>
    withStore(open, async (store) => {
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      const empty = await presentHead(store);
      await decided(store, newSubmission());
      const [first] = await assertLog(store);
      const wrong = [empty, head(first?.hash ?? ""), head("0".repeat(64))];
      for (const one of wrong) {
        const record = await store.closeEpoch(EPOCH, "k", one, 1);
        assert.deepEqual([record?.closed_at, record?.revealed_key], [null, null]);
      }
      const foreign = await presentHead(store, EPOCH + 1);
      await assert.rejects(store.closeEpoch(EPOCH, "k", foreign, 1), RangeError);
      assert.deepEqual(await store.logHeads(EPOCH), []);
      assert.equal((await closed(store))?.closed_at, 1);
      assert.equal((await closed(store, { epoch: EPOCH + 1 }))?.closed_at, 1, "an empty log closes too");
      assert.deepEqual(await store.logHeads(EPOCH + 1), [foreign]);
    }));

  test("a head is recorded when it is the log's present or a past one and past the last, and only so", () =>
    withStore(open, async (store, reopen) => {
      assert.equal(await store.addLogHead(head(commitment().commitment)), false, "unknown epoch");
      await store.commitEpoch(commitment());
      await store.commitEpoch(commitment(EPOCH + 1));
      const empty = head(commitment().commitment, { signed_at: 1.5 });
      assert.ok(await store.addLogHead(empty));
      for (let index = 0; index < 3; index++) await decided(store, newSubmission());
      await admitted(store, newSubmission({ epoch: EPOCH + 1 }));
      const at = (await assertLog(store)).map(({ hash }) => head(hash, { signed_at: 2 }));
      const of = (n: number): LogHead => at[n] ?? assert.fail();
      assert.ok(await store.addLogHead(of(2)), "a past one");
      assert.equal(await store.addLogHead({ ...of(2), signed_at: 3 }), false, "the last one again");
      assert.equal(await store.addLogHead(of(1)), false, "one before the last");
      assert.equal(await store.addLogHead(await presentHead(store, EPOCH + 1)), true);
      const foreign = await presentHead(store, EPOCH + 1);
      assert.equal(await store.addLogHead({ ...foreign, epoch: EPOCH }), false, "another epoch's");
      assert.equal(await store.addLogHead(head("f".repeat(64))), false, "no head of this log");
      assert.ok(await store.addLogHead(of(5)), "the present one");
      const again = await reopen();
      assert.deepEqual(await again.logHeads(EPOCH), [empty, of(2), of(5)]);
      await closed(again, { at: 4 });
      assert.equal(await again.addLogHead(of(5)), false, "closed");
      assert.deepEqual(await again.logHeads(EPOCH), [empty, of(2), of(5), await presentHead(again)]);
      assert.deepEqual(await again.logHeads(EPOCH + 9), []);
    }));

  /** Logs a line and records the head after it. */
  const logged = async (store: Store): Promise<boolean> => {
    await decided(store, newSubmission());
    return store.addLogHead(await presentHead(store));
  };

  test("the heads of an epoch are bounded, and the last place is for the one that closes it", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (let index = 0; index < LOG_HEADS_MAX - 1; index++) assert.ok(await logged(store), `${index}`);
      assert.equal(await logged(store), false);
      await closed(store);
      const heads = await store.logHeads(EPOCH);
      assert.equal(heads.length, LOG_HEADS_MAX);
      assert.equal(heads.at(-1)?.log_head, (await store.epoch(EPOCH))?.log_head);
    }));

  test("a head is looked for so many lines back and no further", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const line = () => groupOf([drawn({ sampled: false })]);
      await store.recordDraws(Array.from({ length: 4097 }, line));
      const [first, second] = await store.logPage(EPOCH, -1, 2);
      assert.equal(await store.addLogHead(head(first?.hash ?? "")), false);
      assert.equal(await store.addLogHead(head(second?.hash ?? "")), true);
    }));

  test("open epochs are those not closed, in order", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await store.openEpochs(), []);
      for (const epoch of [EPOCH + 2, EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      await closed(store, { epoch: EPOCH + 1 });
      assert.deepEqual(await store.openEpochs(), [fresh(EPOCH), fresh(EPOCH + 2)]);
    }));

  test("closed epochs are listed from the latest on, page by page, without those still open", () =>
    withStore(open, async (store) => {
      assert.deepEqual(await store.closedEpochs(null, 10), []);
      const epochs = [EPOCH, EPOCH + 1, EPOCH + 2, EPOCH + 5];
      for (const epoch of [...epochs, EPOCH + 4]) await store.commitEpoch(commitment(epoch));
      for (const epoch of epochs) await closed(store, { epoch });
      const listed = async (before: number | null, limit: number) =>
        (await store.closedEpochs(before, limit)).map(({ epoch }) => epoch - EPOCH);
      assert.deepEqual(await listed(null, 10), [5, 2, 1, 0]);
      assert.deepEqual(await listed(null, 2), [5, 2]);
      assert.deepEqual(await listed(EPOCH + 2, 2), [1, 0]);
      assert.deepEqual(await listed(EPOCH, 2), []);
      const [latest] = await store.closedEpochs(null, 1);
      const record = await store.epoch(EPOCH + 5);
      assert.deepEqual(latest, {
        ...{ epoch: EPOCH + 5, closed_at: record?.closed_at },
        log_head: record?.log_head,
      });
    }));

  test("a close and admissions that race end in one order: no line is logged after the key is out", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const some = () => Array.from({ length: 20 }, () => newSubmission());
      const before = some().map((row) => store.admit(row));
      const overtaken = store.closeEpoch(EPOCH, "k", head(commitment().commitment), 1);
      await Promise.all(before);
      assert.equal((await overtaken)?.closed_at, null);
      const rows = await store.pending(100, new Set());
      await Promise.all(rows.map(({ receiptId }) => store.decide(decision(receiptId))));
      const closing = store.closeEpoch(EPOCH, "k", await presentHead(store), 1);
      const late = await Promise.all(some().map((row) => store.admit(row)));
      assert.ok(late.every(({ kind }) => kind === "refused"));
      assert.equal((await closing)?.closed_at, 1);
      assert.equal((await assertLog(store)).length, 40);
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

  test("issued pages are one record per hotkey, epoch, lane and tier, from the least seq to the greatest", () =>
    withStore(open, async (store, reopen) => {
      const page = { lane: "sat", hotkey: "5Alice", epoch: EPOCH, tier: 1, from: 50, to: 100, at: 1.5 };
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      await store.recordPage(page);
      await store.recordPage({ ...page, from: 51, to: 99, at: 2 });
      assert.deepEqual(await store.issuedPages("5Alice", EPOCH), [page]);
      await store.recordPage({ ...page, from: 49, to: 50, at: 3 });
      await store.recordPage({ ...page, from: 100, to: 101, at: 4 });
      const others = [{ lane: "tas" }, { tier: 2 }, { epoch: EPOCH + 1 }, { hotkey: "5Bob" }];
      for (const other of others) await store.recordPage({ ...page, ...other });
      const again = await reopen();
      assert.deepEqual(await again.issuedPages("5Alice", EPOCH), [
        { ...page, from: 49, to: 101, at: 4 },
        { ...page, tier: 2 },
        { ...page, lane: "tas" },
      ]);
      assert.deepEqual(await again.issuedPages("5Nobody", EPOCH), []);
    }));
}
