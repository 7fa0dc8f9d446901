import assert from "node:assert/strict";
import { test } from "node:test";
import type { SampledEnd } from "../../../src/flow/job.ts";
import type { ChainedEntry, Store } from "../../../src/flow/store.ts";
import {
  assertLog,
  closed,
  commitment,
  EPOCH,
  head,
  type OpenStore,
  presentHead,
  withStore,
} from "./fixtures.ts";
import { bucket, drawn, groupOf, newJobId, opened, sampledEnd, struckEnd, T } from "./jobFixtures.ts";

const openIds = async (store: Store): Promise<string[]> =>
  (await store.openSamples(1000)).map(({ jobId }) => jobId).sort();

/** A line as it was given to the log. */
function entryOf(line: ChainedEntry | undefined): object {
  assert.ok(line);
  const { n: _n, prev: _prev, hash: _hash, ...entry } = line;
  return entry;
}

export function sampleCases(open: OpenStore): void {
  test("a group of draws is one line of its epoch's log, and its sampled jobs are open", () =>
    withStore(open, async (store, reopen) => {
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      const bob = { hotkey: "5Bob" };
      const jobs = [drawn(), drawn({ ...bob, sampled: false }), drawn(bob), drawn({ sampled: false })];
      const other = drawn();
      const groups = [groupOf(jobs), groupOf([other], { epoch: EPOCH + 1, lane: "other" })];
      await store.recordDraws(groups);
      const again = await reopen();
      const lines = await assertLog(again);
      assert.deepEqual(lines.map(entryOf), [{ type: "draws", ...groups[0] }]);
      assert.deepEqual((await assertLog(again, EPOCH + 1)).map(entryOf), [{ type: "draws", ...groups[1] }]);
      const own = { epoch: EPOCH, lane: "groth16" };
      const samples = [
        { jobId: jobs[0]?.jobId, hotkey: "5Alice", ...own },
        { jobId: jobs[2]?.jobId, hotkey: "5Bob", ...own },
        { jobId: other.jobId, hotkey: "5Alice", epoch: EPOCH + 1, lane: "other" },
      ];
      assert.deepEqual(new Set(await again.openSamples(9)), new Set(samples));
      assert.equal((await again.openSamples(2)).length, 2);
    }));

  test("nothing drawn is nothing logged", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      await store.recordDraws([]);
      await store.recordDraws([groupOf([])]);
      assert.deepEqual(await assertLog(store), []);
    }));

  test("draws of hundreds of jobs and groups chain in order", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const groups = Array.from({ length: 30 }, (_, g) =>
        groupOf(Array.from({ length: 300 }, (_, i) => drawn({ hotkey: `5M${i % 7}`, sampled: i === g }))),
      );
      await Promise.all(groups.map((group) => store.recordDraws([group])));
      const lines = await assertLog(store);
      assert.deepEqual(
        lines.map(entryOf),
        groups.map((group) => ({ type: "draws", ...group })),
      );
      assert.equal((await openIds(store)).length, 30);
    }));

  test("one closed epoch refuses all groups of a call, and an epoch without commitment does", () =>
    withStore(open, async (store) => {
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      await closed(store);
      const good = groupOf([drawn()], { epoch: EPOCH + 1 });
      for (const groups of [
        [good, groupOf([drawn()])],
        [groupOf([drawn({ sampled: false })]), good],
      ]) {
        await assert.rejects(store.recordDraws(groups), { code: "epoch_expired" });
      }
      await assert.rejects(store.recordDraws([good, groupOf([drawn()], { epoch: 3 })]), RangeError);
      assert.deepEqual(await openIds(store), []);
      for (const epoch of [EPOCH, EPOCH + 1]) assert.deepEqual(await assertLog(store, epoch), []);
      await store.recordDraws([good]);
    }));

  test("rows that no audit could read are refused", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const good = groupOf([drawn()]);
      const id = newJobId();
      for (const row of ["", "x", `0 ${id} lane`, `0 ${id} lane 2`, `1 ${id} lane 1`, `-1 ${id} lane 1`]) {
        await assert.rejects(store.recordDraws([good, { ...good, rows: [row] }]), RangeError, row);
      }
      assert.deepEqual(await assertLog(store), []);
      assert.deepEqual(await openIds(store), []);
    }));

  test("each end is logged, counted, and paid when accepted", () =>
    withStore(open, async (store, reopen) => {
      await store.commitEpoch(commitment());
      const answered: Partial<SampledEnd>[] = [
        { state: "accepted", credit: 8 },
        { state: "rejected", code: "proof_rejected", credit: 16, block: 90 },
        { state: "void", verified: false, code: "check_crashed", credit: 32, block: 130 },
        { state: "void", verified: false, code: "timeout", credit: 64, block: 999, answerSha256: null },
      ];
      for (const change of answered) {
        const jobId = await opened(store);
        const end = sampledEnd(jobId, change);
        assert.deepEqual(await store.endSamples([end]), [jobId]);
        const { state, verified, code, answerSha256: answer_sha256 } = end;
        assert.deepEqual(entryOf((await assertLog(store)).at(-1)), {
          ...{ type: "verdict", epoch: EPOCH, lane: "groth16", hotkey: "5Alice", work_id: jobId },
          ...{ receipt_id: null, state, verified, code, answer_sha256 },
        });
      }
      const again = await reopen();
      assert.deepEqual(await again.work(0), [bucket({ credit: 8 })]);
      const miner = await again.miner("5Alice");
      assert.deepEqual(miner, {
        ...{ hotkey: "5Alice", firstSeen: 100, lastSeen: 130 },
        counts: { submitted: 3, accepted: 1, rejected: 1, void: 2 },
      });
      assert.deepEqual(await openIds(again), []);
    }));

  test("a miner that never answered is not seen", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const end = { state: "void", verified: false, code: "timeout", answerSha256: null } as const;
      await store.endSamples([sampledEnd(await opened(store), end)]);
      assert.equal(await store.miner("5Alice"), null);
    }));

  test("each sample ends once: what is not open changes nothing", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const [first, second] = [await opened(store), await opened(store)];
      const unsampled = drawn({ sampled: false });
      await store.recordDraws([groupOf([unsampled])]);
      const ids = [first, newJobId(), unsampled.jobId, first, second];
      assert.deepEqual(await store.endSamples(ids.map((id) => sampledEnd(id))), [first, second]);
      assert.deepEqual(await store.endSamples([struckEnd(first), sampledEnd(second)]), []);
      assert.deepEqual(await store.endSamples([]), []);
      assert.equal((await assertLog(store)).length, 5);
      assert.deepEqual(await store.work(0), [bucket({ credit: 16, results: 2 })]);
      assert.deepEqual((await store.miner("5Alice"))?.counts.submitted, 2);
      assert.deepEqual(await store.strikes("5Alice"), []);
    }));

  test("a job that went to two miners ends for each of them on its own", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const jobId = await opened(store);
      await opened(store, { jobId, hotkey: "5Bob" });
      assert.deepEqual(await store.endSamples([sampledEnd(jobId, { hotkey: "5Nobody" })]), []);
      assert.deepEqual(await store.endSamples([sampledEnd(jobId, { hotkey: "5Bob" })]), [jobId]);
      assert.deepEqual(
        (await store.openSamples(9)).map(({ hotkey }) => hotkey),
        ["5Alice"],
      );
    }));

  test("the draw says of which epoch and lane a job is, whatever its end says", () =>
    withStore(open, async (store) => {
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      const jobId = await opened(store, { epoch: EPOCH + 1, lane: "other" });
      await store.endSamples([sampledEnd(jobId)]);
      assert.equal((await assertLog(store)).length, 0);
      assert.equal((await assertLog(store, EPOCH + 1)).length, 2);
      assert.deepEqual(await store.work(0), [bucket({ credit: 8, lane: "other" })]);
    }));

  test("ends that come together are recorded together or not at all", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const ids = [await opened(store), await opened(store)];
      const [good, bad] = ids.map((id) => sampledEnd(id));
      assert.ok(good && bad);
      await assert.rejects(store.endSamples([good, { ...bad, credit: Number.NaN }]), RangeError);
      assert.deepEqual(await openIds(store), ids.toSorted());
      assert.equal((await assertLog(store)).length, 2);
      assert.deepEqual(await store.work(0), []);
      assert.equal(await store.miner("5Alice"), null);
      assert.deepEqual(await store.endSamples([good, bad]), ids);
    }));

  test("of hundreds of ends of one sample at once exactly one counts", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const jobId = await opened(store);
      const ends = await Promise.all(
        Array.from({ length: 200 }, (_, i) => store.endSamples([sampledEnd(jobId, { at: T + i })])),
      );
      assert.deepEqual(ends.flat(), [jobId]);
      assert.deepEqual(await store.work(0), [bucket({ credit: 8 })]);
      assert.equal((await assertLog(store)).length, 2);
    }));

  test("an epoch does not close while a sample is open in it", () =>
    withStore(open, async (store, reopen) => {
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      const jobId = await opened(store);
      await opened(store, { epoch: EPOCH + 1 });
      const before = await closed(store);
      assert.deepEqual([before?.closed_at, before?.revealed_key], [null, null]);
      const again = await reopen();
      assert.equal((await closed(again, { at: 2 }))?.closed_at, null);
      await again.endSamples([sampledEnd(jobId)]);
      const after = await closed(again, { at: 3 });
      assert.deepEqual([after?.closed_at, after?.revealed_key, after?.log_length], [3, "k", 2]);
      await assert.rejects(again.recordDraws([groupOf([drawn()])]), { code: "epoch_expired" });
      assert.equal((await assertLog(again)).length, 2);
    }));

  test("retention drops the draws of an old epoch whole, however long its lines are", () =>
    withStore(open, async (store) => {
      for (const epoch of [EPOCH, EPOCH + 1]) await store.commitEpoch(commitment(epoch));
      const jobs = Array.from({ length: 500 }, () => drawn({ sampled: false }));
      for (let line = 0; line < 80; line++) await store.recordDraws([groupOf(jobs)]);
      await store.recordDraws([groupOf(jobs, { epoch: EPOCH + 1 })]);
      for (const epoch of [EPOCH, EPOCH + 1]) await closed(store, { epoch });
      const bounds = { beforeEpoch: EPOCH + 1, keepSolvesSince: 0, keepJobsSince: 0 };
      assert.deepEqual(await store.applyRetention(bounds), { dropped: 82 });
      assert.deepEqual(await store.logPage(EPOCH, -1, 100), []);
      assert.equal((await assertLog(store, EPOCH + 1)).length, 1);
    }));

  test("a close and draws that race end in one order: no line is logged after the key is out", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const some = () =>
        Array.from({ length: 20 }, () => store.recordDraws([groupOf([drawn({ sampled: false })])]));
      const before = some();
      const overtaken = store.closeEpoch(EPOCH, "k", head(commitment().commitment), 1);
      await Promise.all([...before, ...some()]);
      assert.equal((await overtaken)?.closed_at, null, "its head was not the log's any more");
      assert.equal((await assertLog(store)).length, 40);
      const closing = store.closeEpoch(EPOCH, "k", await presentHead(store), 1);
      const late = await Promise.allSettled(some());
      assert.ok(late.every(({ status }) => status === "rejected"));
      assert.equal((await assertLog(store)).length, 40);
      assert.equal((await closing)?.closed_at, 1);
    }));
}
