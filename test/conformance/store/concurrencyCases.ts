import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../../src/flow/store.ts";
import type { NewSubmission } from "../../../src/flow/submission.ts";
import {
  assertLog,
  commitment,
  decided,
  decision,
  newSubmission,
  type OpenStore,
  withStore,
} from "./fixtures.ts";

async function tally(store: Store, submissions: readonly NewSubmission[]): Promise<Record<string, number>> {
  const outcomes = await Promise.all(submissions.map((submission) => store.admit(submission)));
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const word = outcome.kind === "refused" ? outcome.code : outcome.kind;
    counts[word] = (counts[word] ?? 0) + 1;
  }
  return counts;
}

export function concurrencyCases(open: OpenStore): void {
  test("of hundreds of the same answer at once exactly one is admitted, the rest get its receipt", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const challengeId = "pm-t1-e500000-bbbbbbbbbbbbbbbbbbbbbbbb";
      const same = Array.from({ length: 400 }, () => newSubmission({ challengeId }));
      const outcomes = await Promise.all(same.map((submission) => store.admit(submission)));
      const first = outcomes.filter((outcome) => outcome.kind === "admitted");
      assert.equal(first.length, 1);
      for (const outcome of outcomes) {
        assert.ok(outcome.kind !== "refused");
        assert.equal(outcome.submission.receiptId, first[0]?.submission.receiptId);
      }
      assert.equal((await store.miner("5Alice"))?.counts.submitted, 1);
      assert.equal((await assertLog(store)).length, 1);
    }));

  test("of different answers at once no more enter than there are attempts", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      for (const maxAttempts of [1, 3]) {
        const challengeId = `pm-t1-e500000-${"c".repeat(23)}${maxAttempts}`;
        const answers = Array.from({ length: 100 }, (_, index) =>
          newSubmission({ challengeId, text: String(index), maxAttempts }),
        );
        const refused = maxAttempts === 1 ? "already_answered" : "attempts_exhausted";
        assert.deepEqual(await tally(store, answers), {
          admitted: maxAttempts,
          [refused]: 100 - maxAttempts,
        });
      }
    }));

  test("simultaneous decisions of one submission end it once", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const row = newSubmission();
      await store.admit(row);
      const ends = await Promise.all(
        Array.from({ length: 100 }, (_, at) => store.decide(decision(row.receiptId, { at }))),
      );
      assert.equal(ends.filter((end) => end !== null).length, 1);
      assert.equal((await store.credits(0))[0]?.weight, 1);
      assert.equal((await assertLog(store)).length, 2);
    }));

  test("a write that fails leaves those that share its transaction alone", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const good = Array.from({ length: 20 }, () => newSubmission());
      const bad = newSubmission({ epoch: 1 });
      const twin = { ...newSubmission(), receiptId: good[0]?.receiptId ?? "" };
      const calls = [...good.slice(0, 10), bad, twin, ...good.slice(10)].map((row) => store.admit(row));
      const results = await Promise.allSettled(calls);
      const failed = results.flatMap((result, index) => (result.status === "rejected" ? [index] : []));
      assert.deepEqual(failed, [10, 11]);
      assert.equal((await store.pending(100, new Set())).length, 20);
      assert.equal((await store.miner("5Alice"))?.counts.submitted, 20);
      assert.equal((await assertLog(store)).length, 20);
    }));

  test("what a resolved write recorded is there for every read that follows", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await Promise.all(
        Array.from({ length: 200 }, async (_, index) => {
          const row = newSubmission({ hotkey: `5Miner${index}`, weight: index });
          await decided(store, row);
          assert.equal((await store.submission(row.receiptId))?.state, "accepted");
          const credits = await store.credits(0);
          assert.equal(credits.find(({ hotkey }) => hotkey === row.hotkey)?.weight, index);
        }),
      );
      assert.equal((await assertLog(store)).length, 400);
    }));

  test("closing finishes the writes that were asked for; after it every call is refused", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const rows = Array.from({ length: 500 }, () => newSubmission());
      const writes = Promise.all(rows.map((row) => store.admit(row)));
      const again = await reopen();
      assert.equal((await writes).length, 500);
      assert.equal((await again.pending(1000, new Set())).length, 500);
      for (const call of [() => store.ping(), () => store.admit(newSubmission()), () => store.openEpochs()]) {
        await assert.rejects(call(), { code: "store_unavailable" });
      }
      await store.close();
      await again.ping();
    }));
}
