import assert from "node:assert/strict";
import { test } from "node:test";
import type { NewSubmission } from "../../../src/flow/submission.ts";
import {
  admitted,
  assertLog,
  closed,
  commitment,
  decided,
  decision,
  EPOCH,
  newSubmission,
  type OpenStore,
  withStore,
} from "./fixtures.ts";

function recorded({ idempotencyKey: _key, maxAttempts: _max, answer, draw, ...row }: NewSubmission) {
  const submission = {
    ...row,
    sampled: draw.sampled,
    state: "pending",
    code: null,
    tries: 0,
    decidedAt: null,
  };
  return { submission, pending: { ...submission, answer, draw } };
}

export function admitCases(open: OpenStore): void {
  test("a new answer is recorded whole, with its draw, its miner and its place among the pending", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const given = newSubmission({ weight: 2.5, receivedAt: 1_700_000_001_000.5 });
      const want = recorded(given);
      assert.deepEqual(await store.admit(given), { kind: "admitted", submission: want.pending });
      const again = await reopen();
      assert.deepEqual(await again.submission(given.receiptId), want.submission);
      const [pending] = await again.pending(10, new Set());
      assert.deepEqual({ ...pending, answer: null }, { ...want.pending, answer: null });
      assert.deepEqual(Buffer.from(pending?.answer.bytes ?? []), Buffer.from(given.answer.bytes));
      assert.equal(pending?.answer.encoding, "text");
      const [line, ...rest] = await assertLog(again);
      const { n: _n, prev: _prev, hash: _hash, ...entry } = line ?? assert.fail();
      const { receiptId: receipt_id, answerSha256: answer_sha256 } = given;
      assert.deepEqual(entry, { type: "draw", receipt_id, answer_sha256, ...given.draw });
      assert.deepEqual(rest, []);
      const counts = { submitted: 1, accepted: 0, rejected: 0, void: 0 };
      assert.deepEqual(await again.miner(given.hotkey), {
        hotkey: given.hotkey,
        firstSeen: 100,
        lastSeen: 100,
        counts,
      });
    }));

  test("answers of any bytes come back as they were: none, a view of a larger buffer, 64 KiB", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const large = new Uint8Array(65_536).map((_, index) => index);
      const answers = [new Uint8Array(0), large.subarray(300, 350), large];
      for (const [index, bytes] of answers.entries()) {
        await admitted(store, {
          ...newSubmission({ receivedAt: index }),
          answer: { encoding: "bitset", bytes },
        });
      }
      const found = await store.pending(10, new Set());
      assert.deepEqual(
        found.map(({ answer }) => [answer.encoding, Buffer.from(answer.bytes)]),
        answers.map((bytes) => ["bitset", Buffer.from(bytes)]),
      );
    }));

  test("the same answer again is a replay in every state, counts nothing and logs nothing", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const ends = [null, "accepted", "rejected", "void"] as const;
      for (const state of ends) {
        const first = newSubmission({ hotkey: `5${state}` });
        await admitted(store, first);
        if (state !== null) {
          await store.decide(decision(first.receiptId, { state, code: state === "accepted" ? null : "why" }));
        }
        const before = await store.submission(first.receiptId);
        assert.equal(before?.state, state ?? "pending");
        const again = newSubmission({ hotkey: first.hotkey, challengeId: first.challengeId, block: 999 });
        assert.deepEqual(await store.admit(again), { kind: "replay", submission: before });
        assert.equal(await store.submission(again.receiptId), null);
        const miner = await store.miner(first.hotkey);
        assert.equal(miner?.counts.submitted, 1);
        assert.equal(miner?.lastSeen, 100);
      }
      assert.equal((await assertLog(store)).length, 7);
    }));

  test("a different answer is refused once one is accepted, before attempts are looked at", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const maxAttempts of [1, 3]) {
        const first = newSubmission({ maxAttempts });
        await decided(store, first);
        const other = newSubmission({ challengeId: first.challengeId, text: "other", maxAttempts });
        assert.deepEqual(await store.admit(other), { kind: "refused", code: "already_solved" });
        assert.equal(await store.submission(other.receiptId), null);
      }
      assert.equal((await store.miner("5Alice"))?.counts.submitted, 2);
    }));

  test("attempts are bounded: the last one within enters, the next does not, void ones do not count", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const challengeId = "pm-t1-e500000-aaaaaaaaaaaaaaaaaaaaaaaa";
      const attempt = (text: string) => newSubmission({ challengeId, text, maxAttempts: 3 });
      await decided(store, attempt("1"), { state: "rejected", code: "why" });
      await decided(store, attempt("2"), { state: "void", code: "check_crashed" });
      await decided(store, attempt("3"), { state: "rejected", code: "why" });
      await admitted(store, attempt("4"));
      assert.deepEqual(await store.admit(attempt("5")), { kind: "refused", code: "attempts_exhausted" });
      assert.equal((await store.admit(attempt("4"))).kind, "replay");
    }));

  test("with one attempt the second answer is refused as already_answered, unless the first ended void", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const first = newSubmission({ maxAttempts: 1 });
      const attempt = (text: string) =>
        newSubmission({ challengeId: first.challengeId, text, maxAttempts: 1 });
      await admitted(store, first);
      assert.deepEqual(await store.admit(attempt("b")), { kind: "refused", code: "already_answered" });
      await store.decide(decision(first.receiptId, { state: "void", code: "worker_lost" }));
      await decided(store, attempt("b"), { state: "rejected", code: "why" });
      assert.deepEqual(await store.admit(attempt("c")), { kind: "refused", code: "already_answered" });
    }));

  test("lanes keep their challenges apart", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const first = newSubmission({ maxAttempts: 1 });
      await decided(store, first);
      await admitted(
        store,
        newSubmission({ lane: "groth16", challengeId: first.challengeId, maxAttempts: 1 }),
      );
    }));

  test("a closed epoch admits nothing new but still replays; one that was never committed is a mistake", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const first = newSubmission({ maxAttempts: 1 });
      await decided(store, first);
      await closed(store, { key: "aa" });
      assert.equal((await store.admit(first)).kind, "replay");
      const late = [newSubmission(), newSubmission({ challengeId: first.challengeId, text: "other" })];
      for (const submission of late) {
        assert.deepEqual(await store.admit(submission), { kind: "refused", code: "epoch_expired" });
      }
      await assert.rejects(store.admit(newSubmission({ epoch: EPOCH + 1 })), RangeError);
      assert.equal((await assertLog(store)).length, 2);
    }));

  test("a sighting keeps the first block for ever and the highest as the last", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const block of [100, 90, 130, 120]) await admitted(store, newSubmission({ block }));
      const miner = await store.miner("5Alice");
      assert.deepEqual([miner?.firstSeen, miner?.lastSeen, miner?.counts.submitted], [100, 130, 4]);
      assert.equal(await store.miner("5Nobody"), null);
    }));

  test("pending rows come oldest first, bounded, without those named", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const times = [30, 10, 20, 10];
      const rows = times.map((receivedAt) => newSubmission({ receivedAt }));
      for (const row of rows) await admitted(store, row);
      const ids = rows.map(({ receiptId }) => receiptId);
      const order = [1, 3, 2, 0].map((index) => ids[index] ?? "");
      const found = async (limit: number, except: string[]) =>
        (await store.pending(limit, new Set(except))).map(({ receiptId }) => receiptId);
      assert.deepEqual(await found(9, []), order);
      assert.deepEqual(await found(2, []), order.slice(0, 2));
      assert.deepEqual(await found(0, []), []);
      assert.deepEqual(await found(2, order.slice(0, 1)), order.slice(1, 3));
      await store.decide(decision(order[2] ?? ""));
      assert.deepEqual(await found(9, [order[0] ?? "", "rc_unknown"]), [order[1], order[3]]);
    }));

  test("tries count up while a row is pending and stand still after", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const row = newSubmission();
      await admitted(store, row);
      assert.deepEqual([await store.countTry(row.receiptId), await store.countTry(row.receiptId)], [1, 2]);
      const again = await reopen();
      assert.equal((await again.pending(1, new Set()))[0]?.tries, 2);
      await again.decide(decision(row.receiptId, { state: "void", code: "check_timeout" }));
      assert.equal(await again.countTry(row.receiptId), 2);
      assert.equal(await again.countTry("rc_unknown"), 0);
    }));
}
