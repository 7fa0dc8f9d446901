import assert from "node:assert/strict";
import { test } from "node:test";
import type { CustomerToken } from "../../../src/flow/customerToken.ts";
import type { CustomerQuery, CustomerUpdate } from "../../../src/flow/job.ts";
import type { Store } from "../../../src/flow/store.ts";
import { commitment, type OpenStore, withStore } from "./fixtures.ts";
import { atMost, customerJob, newJobId, opened, sampledEnd, T } from "./jobFixtures.ts";

function done(jobId: string, change: Partial<CustomerUpdate> = {}): CustomerUpdate {
  const base = { jobId, attempts: 2, state: "done", answer: `{"proof":{}}`, hotkey: "5Alice" } as const;
  return { ...base, verified: change.answer === null ? null : true, code: null, endedAt: T + 9.5, ...change };
}

const queuedIds = async (store: Store): Promise<string[]> =>
  (await store.queuedCustomerJobs(100)).map(({ jobId }) => jobId);

export function customerCases(open: OpenStore): void {
  test("an accepted answer ends its customer's job with it, unless that has ended", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const given = { answer: "[1]", verified: true, hotkey: "5Alice", code: null, endedAt: 9 };
      const states = [];
      for (const isCancelled of [false, true]) {
        const jobId = await opened(store);
        await store.addCustomerJob(customerJob({ jobId }), atMost(2));
        if (isCancelled) await store.cancelCustomerJob(jobId, 8);
        const delivers = { jobId, attempts: 2, state: "done", ...given } as const;
        await store.endSamples([sampledEnd(jobId, { delivers })]);
        // What a dispatcher records afterwards changes nothing.
        await store.updateCustomerJob({ ...delivers, attempts: 7 });
        const job = await store.customerJob(jobId);
        states.push([job?.state, job?.answer, job?.attempts, job?.hotkey, job?.endedAt]);
      }
      assert.deepEqual(states[0], ["done", "[1]", 2, "5Alice", 9]);
      assert.deepEqual(states[1], ["cancelled", null, 0, null, 8]);
    }));

  test("a job is put in once: the same key and job is a replay, with another job a conflict", () =>
    withStore(open, async (store, reopen) => {
      const job = customerJob();
      assert.deepEqual(await store.addCustomerJob(job, atMost(10)), { kind: "added", job });
      const again = await reopen();
      const swapped = { list: ["1", "2"], x: "3" };
      for (const twin of [{}, { input: swapped, createdAt: T + 5, jobId: newJobId() }]) {
        assert.deepEqual(await again.addCustomerJob({ ...job, ...twin }, atMost(10)), {
          kind: "replay",
          job,
        });
      }
      for (const other of [
        { lane: "other" },
        { kind: "cube" },
        { input: { ...job.input, x: "4" } },
        { input: { x: "3" } },
      ]) {
        const rival = { ...job, jobId: newJobId(), ...other };
        assert.deepEqual(await again.addCustomerJob(rival, atMost(10)), { kind: "conflict" });
        assert.equal(await again.customerJob(rival.jobId), null);
      }
      assert.deepEqual(await again.customerJob(job.jobId), job);
      assert.deepEqual(await again.queuedCustomerJobs(10), [job]);
    }));

  test("no more jobs are queued than the bound; a replay or a conflict is told nevertheless", () =>
    withStore(open, async (store) => {
      const jobs = [customerJob(), customerJob()];
      for (const job of jobs) assert.equal((await store.addCustomerJob(job, atMost(2))).kind, "added");
      const [first] = jobs;
      assert.ok(first);
      assert.deepEqual(await store.addCustomerJob(customerJob(), atMost(2)), { kind: "full" });
      assert.equal((await store.addCustomerJob(first, atMost(2))).kind, "replay");
      assert.equal((await store.addCustomerJob({ ...first, kind: "cube" }, atMost(2))).kind, "conflict");
      await store.updateCustomerJob(done(first.jobId));
      assert.equal((await store.addCustomerJob(customerJob(), atMost(2))).kind, "added");
      assert.deepEqual(await store.addCustomerJob(customerJob(), atMost(2)), { kind: "full" });
    }));

  test("of requests with one key at once one adds the job; others past the bound are refused", () =>
    withStore(open, async (store) => {
      const twins = Array.from({ length: 100 }, () => customerJob({ clientKey: "same" }));
      const twinEnds = await Promise.all(twins.map((job) => store.addCustomerJob(job, atMost(1))));
      const count = (kind: string) => twinEnds.filter((end) => end.kind === kind).length;
      assert.deepEqual([count("added"), count("replay")], [1, 99]);
      const ids = new Set(twinEnds.map((end) => ("job" in end ? end.job.jobId : "")));
      assert.equal(ids.size, 1);
      const many = Array.from({ length: 100 }, () => customerJob());
      const ends = await Promise.all(many.map((job) => store.addCustomerJob(job, atMost(8))));
      assert.equal(ends.filter(({ kind }) => kind === "added").length, 7);
      assert.equal((await queuedIds(store)).length, 8);
    }));

  test("attempts and ends are recorded; what ended stays as it ended", () =>
    withStore(open, async (store, reopen) => {
      const jobs = [customerJob(), customerJob(), customerJob()];
      for (const job of jobs) await store.addCustomerJob(job, atMost(10));
      const [won, lost, waits] = jobs.map(({ jobId }) => jobId);
      assert.ok(won && lost && waits);
      const none = { answer: null, hotkey: null, endedAt: null };
      const failed = done(lost, { ...none, attempts: 20, state: "failed", code: "timeout", endedAt: T + 3 });
      for (const update of [done(waits, { ...none, state: "queued", attempts: 1 }), done(won), failed]) {
        await store.updateCustomerJob(update);
      }
      for (const jobId of [won, lost, newJobId()]) {
        await store.updateCustomerJob(done(jobId, { ...none, state: "queued", attempts: 9 }));
        await store.updateCustomerJob(done(jobId, { hotkey: "5Bob" }));
      }
      const again = await reopen();
      assert.deepEqual(await again.customerJob(won), { ...jobs[0], ...done(won) });
      assert.deepEqual(await again.customerJob(lost), { ...jobs[1], ...failed });
      assert.deepEqual(await again.queuedCustomerJobs(10), [{ ...jobs[2], attempts: 1 }]);
      const { attempts: _attempts, ...replayed } = { ...jobs[0], ...done(won) };
      const twin = { ...customerJob(), clientKey: jobs[0]?.clientKey ?? "" };
      assert.deepEqual(await again.addCustomerJob(twin, atMost(0)), {
        kind: "replay",
        job: { ...replayed, attempts: 2 },
      });
    }));

  test("queued jobs come oldest first, and those of one moment as they were put in", () =>
    withStore(open, async (store) => {
      const jobs = [5, 3, 4, 3, 3].map((createdAt) => customerJob({ createdAt }));
      for (const job of jobs) await store.addCustomerJob(job, atMost(10));
      const ids = [1, 3, 4, 2, 0].map((index) => jobs[index]?.jobId);
      assert.deepEqual(await queuedIds(store), ids);
      assert.deepEqual(
        (await store.queuedCustomerJobs(2)).map(({ jobId }) => jobId),
        ids.slice(0, 2),
      );
    }));

  test("an answer has 64 KiB and not a byte more", () =>
    withStore(open, async (store) => {
      const job = customerJob();
      await store.addCustomerJob(job, atMost(10));
      const largest = "ü".repeat(32_768);
      await assert.rejects(store.updateCustomerJob(done(job.jobId, { answer: `${largest}.` })), RangeError);
      assert.deepEqual(await store.customerJob(job.jobId), job);
      await store.updateCustomerJob(done(job.jobId, { answer: largest }));
      assert.equal((await store.customerJob(job.jobId))?.answer, largest);
    }));

  test("a job id is of one job", () =>
    withStore(open, async (store) => {
      const job = customerJob();
      await store.addCustomerJob(job, atMost(10));
      await assert.rejects(store.addCustomerJob(customerJob({ jobId: job.jobId }), atMost(10)), RangeError);
      assert.deepEqual(await store.customerJob(job.jobId), job);
    }));

  test("retention drops jobs that ended before the bound, never a queued one", () =>
    withStore(open, async (store) => {
      const jobs = Array.from({ length: 4 }, () => customerJob({ createdAt: 1 }));
      for (const job of jobs) await store.addCustomerJob(job, atMost(10));
      const [before, at, failed, queued] = jobs.map(({ jobId }) => jobId);
      assert.ok(before && at && failed && queued);
      await store.updateCustomerJob(done(before, { endedAt: 99 }));
      await store.updateCustomerJob(done(at, { endedAt: 100 }));
      await store.updateCustomerJob(done(failed, { endedAt: 50, state: "failed", answer: null, code: "c" }));
      const bounds = { beforeEpoch: 0, keepSolvesSince: 0, keepJobsSince: 100 };
      assert.deepEqual(await store.applyRetention(bounds), { dropped: 2 });
      assert.deepEqual(await Promise.all([before, failed].map((id) => store.customerJob(id))), [null, null]);
      assert.equal((await store.customerJob(at))?.state, "done");
      await store.applyRetention({ ...bounds, keepJobsSince: Number.MAX_SAFE_INTEGER });
      assert.equal(await store.customerJob(at), null);
      assert.deepEqual(await queuedIds(store), [queued]);
    }));

  test("keys are an owner's own, and so is its bound", () =>
    withStore(open, async (store, reopen) => {
      const mine = customerJob({ clientKey: "k" });
      const ada = customerJob({ clientKey: "k", owner: "tk_a" });
      const bob = customerJob({ clientKey: "k", owner: "tk_b" });
      for (const job of [mine, ada, bob])
        assert.deepEqual(await store.addCustomerJob(job, atMost(10)), { kind: "added", job });
      assert.deepEqual(await store.addCustomerJob({ ...bob, kind: "cube" }, atMost(10)), {
        kind: "conflict",
      });
      const more = (owner: string | null) => store.addCustomerJob(customerJob({ owner }), atMost(5, 1));
      assert.deepEqual(await more("tk_a"), { kind: "owner_full" });
      assert.equal((await more("tk_c")).kind, "added");
      assert.equal((await more(null)).kind, "added");
      assert.deepEqual(await more("tk_d"), { kind: "full" });
      const again = await reopen();
      assert.deepEqual(await again.customerJob(ada.jobId), ada);
    }));

  test("jobs are listed as they were put in, by owner and state, a page at a time", () =>
    withStore(open, async (store) => {
      const jobs = [null, "tk_a", "tk_a", null, "tk_a"].map((owner) => customerJob({ owner, createdAt: T }));
      for (const job of jobs) await store.addCustomerJob(job, atMost(10));
      await store.updateCustomerJob(done(jobs[2]?.jobId ?? ""));
      const list = async (change: Partial<CustomerQuery>) => {
        const query = { owner: null, state: null, after: null, limit: 10, ...change };
        const found = await store.customerJobs(query);
        return found?.map(({ jobId }) => jobs.findIndex((job) => job.jobId === jobId));
      };
      assert.deepEqual(await list({}), [0, 1, 2, 3, 4]);
      assert.deepEqual(await list({ owner: "tk_a" }), [1, 2, 4]);
      assert.deepEqual(await list({ state: "queued", limit: 2 }), [0, 1]);
      assert.deepEqual(await list({ state: "queued", after: jobs[1]?.jobId ?? "" }), [3, 4]);
      assert.deepEqual(await list({ owner: "tk_a", state: "done" }), [2]);
      assert.deepEqual(await list({ owner: "tk_b" }), []);
      assert.equal(await list({ after: newJobId() }), undefined);
    }));

  test("a queued job is cancelled once; what has ended stays as it ended", () =>
    withStore(open, async (store) => {
      const [job, ended] = [customerJob(), customerJob()];
      for (const one of [job, ended]) await store.addCustomerJob(one, atMost(10));
      await store.updateCustomerJob(done(ended.jobId));
      const cancelled = { ...job, state: "cancelled", code: "cancelled", endedAt: T + 5 };
      assert.deepEqual(await store.cancelCustomerJob(job.jobId, T + 5), cancelled);
      assert.deepEqual(await store.cancelCustomerJob(job.jobId, T + 9), cancelled);
      await store.updateCustomerJob(done(job.jobId));
      assert.deepEqual(await store.customerJob(job.jobId), cancelled);
      assert.equal((await store.cancelCustomerJob(ended.jobId, T + 5))?.state, "done");
      assert.equal(await store.cancelCustomerJob(newJobId(), T), null);
    }));

  test("private inputs are part of the job while it is queued, and gone however it ends", () =>
    withStore(open, async (store) => {
      const make = () => customerJob({ privateInput: { w: ["7", "8"] } });
      const [won, dropped, waits] = [make(), make(), make()];
      for (const job of [won, dropped, waits]) await store.addCustomerJob(job, atMost(10));
      const rival = { ...won, privateInput: { w: ["7", "9"] } };
      assert.equal((await store.addCustomerJob(rival, atMost(10))).kind, "conflict");
      await store.updateCustomerJob(
        done(waits.jobId, { state: "queued", answer: null, hotkey: null, endedAt: null, attempts: 1 }),
      );
      await store.updateCustomerJob(done(won.jobId));
      await store.cancelCustomerJob(dropped.jobId, T);
      const kept = await Promise.all([won, dropped, waits].map(({ jobId }) => store.customerJob(jobId)));
      assert.deepEqual(
        kept.map((job) => job?.privateInput),
        [null, null, waits.privateInput],
      );
      assert.equal((await store.addCustomerJob(rival, atMost(10))).kind, "replay");
    }));

  test("tokens are kept oldest first; a revoked one goes once it is old and its jobs are gone", () =>
    withStore(open, async (store, reopen) => {
      const token = (tokenId: string, createdAt: number): CustomerToken => ({
        ...{ tokenId, name: `of ${tokenId}`, secretSha256: "ab".repeat(32), createdAt },
        ...{ lastUsedAt: null, revokedAt: null },
      });
      const [old, young, busy] = [token("tk_b", 1), token("tk_a", 2), token("tk_c", 3)];
      for (const one of [young, old, busy]) assert.ok(await store.addCustomerToken(one, 3));
      assert.equal(await store.addCustomerToken(token("tk_d", 4), 3), false);
      await store.useCustomerTokens([{ tokenId: "tk_b", at: 9.5 }]);
      const job = customerJob({ owner: "tk_c" });
      await store.addCustomerJob(job, atMost(1));
      for (const id of ["tk_b", "tk_c"]) await store.revokeCustomerToken(id, 10);
      assert.equal((await store.revokeCustomerToken("tk_b", 11))?.revokedAt, 10);
      assert.equal(await store.revokeCustomerToken("tk_x", 10), null);
      const again = await reopen();
      const revoked = [{ ...old, lastUsedAt: 9.5, revokedAt: 10 }, young, { ...busy, revokedAt: 10 }];
      assert.deepEqual(await again.customerTokens(), revoked);
      const bounds = { beforeEpoch: 0, keepSolvesSince: 0 };
      await again.applyRetention({ ...bounds, keepJobsSince: 10 });
      assert.equal((await again.customerTokens()).length, 3);
      await again.applyRetention({ ...bounds, keepJobsSince: 11 });
      assert.deepEqual(await again.customerTokens(), revoked.slice(1));
      await again.cancelCustomerJob(job.jobId, 10);
      await again.applyRetention({ ...bounds, keepJobsSince: 11 });
      assert.deepEqual(await again.customerTokens(), [young]);
    }));
}
