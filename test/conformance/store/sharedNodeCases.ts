import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { NudgeTopic } from "../../../src/flow/nudges.ts";
import type { SessionRecord } from "../../../src/flow/sessionRecords.ts";
import type { Spend, SpendOutcome } from "../../../src/flow/spend.ts";
import type { Suspension } from "../../../src/flow/standing.ts";
import type { Store } from "../../../src/flow/store.ts";
import { problemOf } from "../../support/thrown.ts";
import {
  admitted,
  assertLog,
  commitment,
  decided,
  decision,
  EPOCH,
  newSubmission,
  type OpenStore,
  presentHead,
  signed,
  struck,
  unsigned,
} from "./fixtures.ts";
import { atMost, customerJob, drawn, groupOf } from "./jobFixtures.ts";
import { eventually, expired, joined, LONG } from "./nodeFixtures.ts";
import { planOf } from "./planCases.ts";
import { withTwo } from "./twoStores.ts";

const none: ReadonlySet<string> = new Set();
const HOUR = 3_600_000;

const suspension = (hotkey: string, untilBlock = 500): Suspension => ({
  ...{ hotkey, kind: "unreachable", untilBlock, reason: "why", by: "judge", at: 1 },
});

const codeOf = (outcome: SpendOutcome): string => (outcome.kind === "spent" ? "spent" : outcome.code);

async function codes(both: readonly Store[], spends: readonly Spend[]): Promise<Record<string, number>> {
  const outcomes = await Promise.all(spends.map((spend, at) => both[at % both.length]?.spend([spend])));
  const counts: Record<string, number> = {};
  for (const [outcome = assert.fail()] of outcomes.map((some) => some ?? []))
    counts[codeOf(outcome)] = (counts[codeOf(outcome)] ?? 0) + 1;
  return counts;
}

/** What nodes keep that have the store open at the same time. */
export function sharedNodeCases(name: string, open: OpenStore): void {
  describe(`${name} lets nodes share their work`, { concurrency: 4 }, () => {
    test("rows of nobody are claimed by one node each, and none is left", () =>
      withTwo(open, async (one, two) => {
        await one.commitEpoch(commitment(EPOCH + 1));
        const rows = Array.from({ length: 80 }, (_, at) => newSubmission({ epoch: EPOCH + (at % 2) }));
        await Promise.all(rows.map((row) => one.admit(row)));
        const nodes = [await joined(one), await joined(two, "two")];
        const claimed: string[] = [];
        while (claimed.length < rows.length) {
          const some = await Promise.all(
            [one, two].map((store, at) => store.claim(nodes[at] ?? 0, 3, new Set(claimed))),
          );
          for (const { receiptId } of some.flat()) claimed.push(receiptId);
        }
        assert.deepEqual(claimed.sort(), rows.map(({ receiptId }) => receiptId).sort());
        assert.deepEqual(await two.claim(nodes[1] ?? 0, 9, new Set(claimed)), []);
      }));

    test("a row goes to another node when its own is over, and only that one ends it", () =>
      withTwo(open, async (one, two) => {
        const [first, second] = [await joined(one), await joined(two, "two")];
        const row = newSubmission({ node: first });
        await admitted(one, row);
        assert.deepEqual(await two.claim(second, 9, none), []);
        assert.equal(await two.decide(decision(row.receiptId, { node: second })), null);
        await expired(one, first);
        const [taken = assert.fail()] = await two.claim(second, 9, none);
        assert.deepEqual([taken.receiptId, taken.claims], [row.receiptId, 1]);
        assert.equal(await one.decide(decision(row.receiptId, { ...struck(row), node: first })), null);
        assert.equal((await two.decide(decision(row.receiptId, { node: second })))?.state, "accepted");
        assert.equal((await assertLog(one)).length, 2);
      }));

    test("decided rows stay out of every claim, also of a node that saw them wait", () =>
      withTwo(open, async (one, two) => {
        const [first, second] = [await joined(one), await joined(two, "two")];
        for (let round = 0; round < 5; round++) {
          const rows = Array.from({ length: 20 }, () => newSubmission());
          await Promise.all(rows.map((row) => one.admit(row)));
          assert.equal(await two.undecided(99), 20);
          const taken = await two.claim(second, 15, none);
          const rest = await one.claim(first, 99, none);
          assert.deepEqual([taken.length, rest.length], [15, 5]);
          for (const [store, some] of [[two, taken] as const, [one, rest] as const])
            await Promise.all(some.map(({ receiptId }) => store.decide(decision(receiptId))));
          assert.equal(await one.undecided(99), 0);
          assert.deepEqual(await two.claim(second, 9, none), []);
        }
      }));

    test("queued jobs are claimed by one node each, and updated by that one alone", () =>
      withTwo(open, async (one, two) => {
        const jobs = Array.from({ length: 20 }, () => customerJob());
        for (const job of jobs) await one.addCustomerJob(job, atMost(99));
        const nodes = [await joined(one), await joined(two, "two")];
        const claimed = await Promise.all(
          [one, two, one, two].map((store, at) => store.claimCustomerJobs(nodes[at % 2] ?? 0, 10)),
        );
        const ids = claimed.flat().map(({ jobId }) => jobId);
        assert.equal(new Set(ids).size, ids.length);
        const jobId = claimed[0]?.[0]?.jobId ?? claimed[2]?.[0]?.jobId ?? "";
        const end = { answer: null, verified: null, hotkey: null, code: "expired", endedAt: 9 } as const;
        const update = { jobId, attempts: 1, state: "failed", ...end } as const;
        assert.equal(await two.updateCustomerJob({ ...update, node: nodes[1] ?? 0 }), false);
        assert.equal(await one.updateCustomerJob({ ...update, node: nodes[0] ?? 0 }), true);
      }));

    test("samples of a node that lives are its own, and those of one that is gone are found", () =>
      withTwo(open, async (one, two) => {
        const first = await joined(one);
        const own = drawn({ sampled: true });
        const free = drawn({ sampled: true });
        await one.recordDraws([{ ...groupOf([own]), node: first }]);
        await one.recordDraws([groupOf([free])]);
        const found = async () => (await two.openSamples(9)).map(({ jobId }) => jobId);
        assert.deepEqual(await found(), [free.jobId]);
        await expired(one, first);
        assert.deepEqual((await found()).sort(), [own.jobId, free.jobId].sort());
      }));

    test("a holder that was paused writes nothing after the take-over", () =>
      withTwo(open, async (one, two) => {
        await decided(one, newSubmission());
        const head = await presentHead(one);
        const [first, second] = [await joined(one), await joined(two, "two")];
        const old = (await one.takeLease("leader", first, 50)) ?? assert.fail();
        assert.equal(await two.takeLease("leader", second, LONG), null);
        await sleep(60);
        assert.deepEqual(await two.takeLease("leader", second, LONG), { name: "leader", token: 2 });
        const bounds = { beforeEpoch: EPOCH + 9, keepSolvesSince: 0, keepJobsSince: 0 };
        const writes = [
          () => one.addLogHead(head, old),
          () => one.recordIntent(unsigned(7), old),
          () => one.saveVector(signed(7), old),
          () => one.saveWeightPlan(planOf(7), old),
          () => one.closeEpoch(EPOCH, "k", head, 1, old),
          () => one.applyRetention(bounds, old),
        ];
        for (const write of writes)
          assert.deepEqual(await problemOf(write), { code: "fenced_off", lease: "leader", token: 1 });
        assert.equal((await two.epoch(EPOCH))?.closed_at, null);
        assert.deepEqual([await two.weightPlan(7), await two.vector(7)], [null, null]);
        await two.saveWeightPlan(planOf(7), { name: "leader", token: 2 });
      }));

    test("the newest stream of a hotkey wins, wherever it was taken", () =>
      withTwo(open, async (one, two) => {
        const [first, second] = [await joined(one), await joined(two, "two")];
        const hotkeys = Array.from({ length: 30 }, (_, at) => `5Miner${at}`);
        const take = (store: Store, node: number) =>
          Promise.all(
            hotkeys.map(async (hotkey) => ({ hotkey, number: await store.takeStream(hotkey, node) })),
          );
        const [own, others] = await Promise.all([take(one, first), take(two, second)]);
        const lost = await one.lostStreams(first, own);
        const wonByOther = hotkeys.filter((_, at) => (others[at]?.number ?? 0) > (own[at]?.number ?? 0));
        assert.deepEqual(lost.sort(), wonByOther.sort());
        assert.equal(lost.length + (await two.lostStreams(second, others)).length, 30);
      }));

    test("a bucket of five gives five tokens, and a signature serves once, over both", () =>
      withTwo(open, async (one, two) => {
        const rate = { kind: "submit", intervalMs: HOUR, toleranceMs: 4 * HOUR };
        const many = Array.from({ length: 40 }, (_, at): Spend => ({ hotkey: `5Miner${at % 2}`, rate }));
        const four = many.toSorted((a, b) => (a.hotkey < b.hotkey ? -1 : 1));
        assert.deepEqual(await codes([one, two], four), { spent: 10, rate_limited: 30 });
        const bounds = { once: true, windowMs: HOUR, perHotkey: 99, altogether: 99 };
        const uses = Array.from(
          { length: 20 },
          (_, at): Spend => ({ hotkey: "5Alice", signature: { mark: 1 + (at % 4), use: 1, ...bounds } }),
        );
        const both = uses.flatMap((use) => [use, use]);
        assert.deepEqual(await codes([one, two], both), { spent: 4, signature_used: 36 });
      }));

    test("admissions of both take of one bucket", () =>
      withTwo(open, async (one, two) => {
        const spend: Spend = {
          hotkey: "5Alice",
          rate: { kind: "submit", intervalMs: HOUR, toleranceMs: 4 * HOUR },
        };
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : two).admit(newSubmission({ spend }))),
        );
        assert.equal(outcomes.filter(({ kind }) => kind === "admitted").length, 5);
        assert.equal((await assertLog(two)).length, 5);
      }));

    test("a session that one saved is found by the other, and both give one id", () =>
      withTwo(open, async (one, two) => {
        const session = (letter: string): SessionRecord => ({
          ...{ sessionId: `sn_${letter.repeat(32)}`, hotkey: "5Alice", publicKey: "1".repeat(64) },
          ...{ binds: true, openedAt: 1000, expiresAt: 2000 },
        });
        const saved = await Promise.all([one.saveSession(session("a")), two.saveSession(session("b"))]);
        assert.deepEqual(saved[0], saved[1]);
        assert.deepEqual(await one.session("5Alice"), saved[0]);
        assert.deepEqual(await two.session("5Alice"), saved[0]);
      }));

    test("a reader at one misses no change of standing of either", () =>
      withTwo(open, async (one, two) => {
        let { last } = await two.standingChanges(null, 9);
        const seen = new Set<string>();
        let done = false;
        const writing = Promise.all(
          Array.from({ length: 300 }, (_, at) =>
            (at % 2 === 0 ? one : two).suspend(suspension(`5Miner${at}`)),
          ),
        ).then(() => {
          done = true;
        });
        for (let isOver = false; !isOver; ) {
          isOver = done;
          const next = await two.standingChanges(last, 1000);
          for (const hotkey of next.hotkeys ?? assert.fail("the reader is told to load all"))
            seen.add(hotkey);
          ({ last } = next);
        }
        await writing;
        assert.deepEqual([seen.size, last], [300, 300]);
        assert.equal((await two.standingOf(["5Miner0"])).suspensions.length, 1);
      }));

    test("what one commits the other hears of", () =>
      withTwo(open, async (one, two) => {
        const node = await joined(one);
        const works: Readonly<Record<NudgeTopic, (at: number) => Promise<unknown>>> = {
          pending: () => one.admit(newSubmission()),
          standing: (at) => one.suspend(suspension("5Away", 500 + at)),
          streams: () => one.takeStream("5Alice", node),
          jobs: () => one.addCustomerJob(customerJob(), atMost(999)),
        };
        for (const [topic, work] of Object.entries(works)) {
          let heard = 0;
          const end = two.listen(topic as NudgeTopic, () => heard++);
          let at = 0;
          // The first ones may be lost: both have to connect.
          await eventually(async () => {
            await work(at++);
            await sleep(20);
            return heard > 0;
          });
          end();
        }
      }));
  });
}
