import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AdmitOutcome } from "../../../src/flow/submission.ts";
import {
  admitted,
  assertLog,
  closed,
  commitment,
  decision,
  EPOCH,
  newSubmission,
  type OpenStore,
  presentHead,
  struck,
} from "./fixtures.ts";
import { sharedHistoryCases } from "./historyCases.ts";
import { drawn, groupOf, sampledEnd } from "./jobFixtures.ts";
import { withTwo } from "./twoStores.ts";

const wordOf = (outcome: AdmitOutcome): string => (outcome.kind === "refused" ? outcome.code : outcome.kind);

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** What a store keeps whose records several processes share. */
export function sharedCases(name: string, open: OpenStore): void {
  describe(`${name} keeps the contract across processes`, { concurrency: 4 }, () => {
    describe("history", () => sharedHistoryCases(open));
    test("the same answer to both at once is admitted once, and both give its receipt", () =>
      withTwo(open, async (one, two) => {
        const rows = Array.from({ length: 50 }, () => newSubmission());
        const outcomes = await Promise.all(
          rows.flatMap((row) => {
            const again = newSubmission({ challengeId: row.challengeId });
            return [one.admit(row), two.admit(again)];
          }),
        );
        assert.deepEqual(tally(outcomes.map(wordOf)), { admitted: 50, replay: 50 });
        for (let at = 0; at < outcomes.length; at += 2) {
          const receipts = outcomes
            .slice(at, at + 2)
            .map((outcome) => (outcome.kind === "refused" ? null : outcome.submission.receiptId));
          assert.equal(receipts[0], receipts[1]);
        }
        assert.equal((await one.miner("5Alice"))?.counts.submitted, 50);
        assert.equal((await assertLog(two)).length, 50);
      }));

    test("a challenge takes one answer from both together, and pays once", () =>
      withTwo(open, async (one, two) => {
        const challengeId = `pm-t1-e${EPOCH}-${"d".repeat(24)}`;
        const attempts = Array.from({ length: 60 }, (_, index) =>
          newSubmission({ challengeId, text: String(index), maxAttempts: 1 }),
        );
        const outcomes = await Promise.all(
          attempts.map((row, index) => (index % 2 === 0 ? one : two).admit(row)),
        );
        assert.deepEqual(tally(outcomes.map(wordOf)), { admitted: 1, already_answered: 59 });
        const twice = Array.from({ length: 2 }, (_, index) =>
          newSubmission({ challengeId: `pm-t1-e${EPOCH}-${"e".repeat(24)}`, text: String(index) }),
        );
        for (const row of twice) await admitted(one, row);
        const ends = await Promise.all(
          twice.map(({ receiptId }, index) => (index === 0 ? one : two).decide(decision(receiptId))),
        );
        assert.deepEqual(ends.map((end) => end?.state).sort(), ["accepted", "void"]);
        assert.equal((await two.credits(0))[0]?.weight, 1);
      }));

    test("a submission that both decide ends once", () =>
      withTwo(open, async (one, two) => {
        const rows = Array.from({ length: 30 }, () => newSubmission());
        for (const row of rows) await admitted(one, row);
        const ends = await Promise.all(
          rows.flatMap(({ receiptId }) => [one.decide(decision(receiptId)), two.decide(decision(receiptId))]),
        );
        assert.equal(ends.filter((end) => end !== null).length, 30);
        assert.equal((await assertLog(one)).length, 60);
      }));

    test("the log is one chain, no matter which process appends: admissions, verdicts, draws and the ends of samples", () =>
      withTwo(open, async (one, two) => {
        await two.commitEpoch(commitment(EPOCH + 1));
        await Promise.all(
          [one, two].flatMap((store) =>
            Array.from({ length: 40 }, async (_, index) => {
              const epoch = EPOCH + (index % 2);
              const row = newSubmission({ epoch, hotkey: `5Miner${index % 7}` });
              await admitted(store, row);
              const job = drawn({ hotkey: `5Miner${index % 5}`, sampled: true });
              await store.recordDraws([groupOf([job], { epoch, lane: "groth16" })]);
              const end = { epoch, lane: "groth16", hotkey: job.hotkey };
              assert.deepEqual(await store.endSamples([sampledEnd(job.jobId, end)]), [job.jobId]);
              assert.equal((await store.decide(decision(row.receiptId)))?.state, "accepted");
            }),
          ),
        );
        for (const epoch of [EPOCH, EPOCH + 1]) assert.equal((await assertLog(one, epoch)).length, 160);
      }));

    test("an epoch that both commit has one commitment", () =>
      withTwo(open, async (one, two) => {
        const given = [one, two].flatMap((store, index) =>
          Array.from({ length: 5 }, (_, at) =>
            store.commitEpoch(commitment(EPOCH + 1 + at, { key_id: `key-${index}` })),
          ),
        );
        const records = await Promise.all(given);
        for (let at = 0; at < 5; at++) assert.deepEqual(records[at], records[at + 5]);
      }));

    test("an epoch that one closes takes nothing from the other", () =>
      withTwo(open, async (one, two) => {
        const row = newSubmission();
        await admitted(one, row);
        await two.decide(decision(row.receiptId));
        const head = await presentHead(two);
        const [, ...late] = await Promise.all([
          closed(one),
          ...Array.from({ length: 20 }, () => two.admit(newSubmission())),
        ]);
        const record = await two.epoch(EPOCH);
        const lines = await assertLog(two);
        if (record?.closed_at === null) assert.ok(late.some(({ kind }) => kind === "admitted"));
        else {
          assert.deepEqual(tally(late.map(wordOf)), { epoch_expired: 20 });
          assert.equal(lines.at(-1)?.hash, head.log_head);
        }
      }));

    test("a strike that one records forfeits what the other credits meanwhile", () =>
      withTwo(open, async (one, two) => {
        await one.commitEpoch(commitment(EPOCH + 1));
        const paid = Array.from({ length: 20 }, () => newSubmission({ hotkey: "5Cheat", receivedAt: 10 }));
        for (const row of paid) await admitted(one, row);
        const caught = newSubmission({ epoch: EPOCH + 1, hotkey: "5Cheat" });
        await admitted(two, caught);
        await Promise.all([
          ...paid.map(({ receiptId }) => one.decide(decision(receiptId, { verified: false }))),
          two.decide(decision(caught.receiptId, struck(caught, { at: 20 }))),
        ]);
        assert.deepEqual(await two.credits(0), []);
      }));

    test("what one dropped the other does not find", () =>
      withTwo(open, async (one, two) => {
        const row = newSubmission({ receivedAt: 1 });
        await admitted(one, row);
        assert.equal((await two.submission(row.receiptId))?.state, "pending");
        await two.decide(decision(row.receiptId));
        await closed(two);
        const { dropped } = await one.applyRetention({
          ...{ beforeEpoch: EPOCH + 1, keepSolvesSince: 10, keepJobsSince: 0 },
        });
        assert.ok(dropped > 0);
        assert.equal(await two.submission(row.receiptId), null);
        assert.equal(await two.decide(decision(row.receiptId)), null);
        await assert.rejects(two.admit(newSubmission()), RangeError);
        await assert.rejects(two.commitEpoch(commitment()), { code: "epoch_expired" });
      }));
  });
}
