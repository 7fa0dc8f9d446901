import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../../src/flow/store.ts";
import { commitment, type OpenStore, withStore } from "./fixtures.ts";
import { atMost, customerJob, drawn, groupOf, sampledEnd, T } from "./jobFixtures.ts";

const TTL_MS = 600_000;

const join = (store: Store, name = "one"): Promise<number> =>
  store.joinNode({ name, roles: ["dispatch"], version: "1" }, TTL_MS);

const ids = (jobs: readonly { readonly jobId: string }[]): string[] => jobs.map(({ jobId }) => jobId);

async function added(store: Store, change: Parameters<typeof customerJob>[0] = {}): Promise<string> {
  const job = customerJob(change);
  await store.addCustomerJob(job, atMost(100));
  return job.jobId;
}

function update(jobId: string, node: number) {
  const none = { answer: null, verified: null, hotkey: null };
  return { jobId, attempts: 1, state: "failed", code: "timeout", endedAt: T + 9, ...none, node } as const;
}

/** What processes that share a store ask of it for the push lanes. */
export function jobShareCases(open: OpenStore): void {
  test("open samples are those whose node has left, never those of one that lives", () =>
    withStore(open, async (store) => {
      await store.commitEpoch(commitment());
      const [stays, leaves] = [await join(store), await join(store, "two")];
      const [its, theirs, nobodys] = [drawn(), drawn(), drawn()];
      await store.recordDraws([
        { ...groupOf([its]), node: stays },
        { ...groupOf([theirs]), node: leaves },
        groupOf([nobodys]),
      ]);
      assert.deepEqual(ids(await store.openSamples(9)), [nobodys.jobId]);
      await store.leaveNode(leaves);
      assert.deepEqual(ids(await store.openSamples(9)).sort(), [theirs.jobId, nobodys.jobId].sort());
      const ends = [its, theirs, nobodys].map(({ jobId }) => sampledEnd(jobId, { state: "void" }));
      assert.equal((await store.endSamples(ends)).length, 3, "an end needs no owner");
      assert.deepEqual(await store.endSamples(ends), [], "and there is one of each");
    }));

  test("a node claims the kinds, deadlines and jobs that it asks for, oldest first, within its limit", () =>
    withStore(open, async (store) => {
      const node = await join(store);
      const other = await added(store, { kind: "cube", createdAt: T });
      const [first, second, third] = [
        await added(store, { createdAt: T + 1, deadlineAt: T + 50 }),
        await added(store, { createdAt: T + 2, deadlineAt: T + 51 }),
        await added(store, { createdAt: T + 3, deadlineAt: T + 50 }),
      ];
      const { lane, kind } = customerJob();
      const claimed = async (limit: number, choice: Parameters<Store["claimCustomerJobs"]>[2]) =>
        ids(await store.claimCustomerJobs(node, limit, choice));
      assert.deepEqual(await claimed(9, { kinds: [] }), []);
      assert.deepEqual(await claimed(9, { kinds: [{ lane: "other", kind }] }), []);
      assert.deepEqual(await claimed(9, { dueBy: T + 49 }), []);
      assert.deepEqual(await claimed(1, { kinds: [{ lane, kind }], except: new Set([first]) }), [second]);
      assert.deepEqual(await claimed(9, { dueBy: T + 50 }), [first, third]);
      assert.deepEqual(await claimed(9, { kinds: [{ lane, kind }] }), [], "they are its own");
      assert.deepEqual(await claimed(9, { own: true, except: new Set([first]) }), [other, second, third]);
    }));

  test("a job has one node: another neither claims nor ends it while the first lives, and does afterwards", () =>
    withStore(open, async (store) => {
      const [one, two] = [await join(store), await join(store, "two")];
      const secret = { s: "7" };
      const jobId = await added(store, { privateInput: secret });
      const [job] = await store.claimCustomerJobs(one, 9);
      assert.deepEqual([job?.jobId, job?.privateInput], [jobId, secret]);
      assert.deepEqual(await store.claimCustomerJobs(two, 9, { own: true }), []);
      assert.equal(await store.updateCustomerJob(update(jobId, two)), false);
      await store.leaveNode(one);
      assert.equal(await store.updateCustomerJob(update(jobId, one)), false, "its lease is over");
      assert.deepEqual(await store.claimCustomerJobs(one, 9), []);
      const [again] = await store.claimCustomerJobs(two, 9);
      assert.deepEqual([again?.jobId, again?.privateInput], [jobId, secret]);
      assert.equal(await store.updateCustomerJob(update(jobId, two)), true);
      assert.equal(await store.updateCustomerJob(update(jobId, two)), false, "one end");
      assert.equal((await store.customerJob(jobId))?.privateInput, null);
    }));

  test("a job that is given back is anyone's; one that ended, or is another's, is lost", () =>
    withStore(open, async (store) => {
      const [one, two] = [await join(store), await join(store, "two")];
      const jobs = [await added(store), await added(store), await added(store)];
      await store.claimCustomerJobs(one, 9);
      await store.releaseCustomerJobs(two, jobs);
      assert.deepEqual(await store.lostCustomerJobs(one, jobs), []);
      assert.deepEqual((await store.lostCustomerJobs(two, jobs)).sort(), jobs.toSorted());
      const [back = "", cancelled = "", kept = ""] = jobs;
      let heard = 0;
      const end = store.listen("jobs", () => heard++);
      await store.releaseCustomerJobs(one, [back]);
      await store.cancelCustomerJob(cancelled, T + 9);
      assert.deepEqual((await store.lostCustomerJobs(one, jobs)).sort(), [back, cancelled].sort());
      assert.deepEqual(ids(await store.claimCustomerJobs(two, 9)), [back]);
      await store.releaseCustomerJobs(one, [back, kept]);
      assert.deepEqual(ids(await store.claimCustomerJobs(two, 9)), [kept]);
      for (let waited = 0; heard < 2 && waited < 10_000; waited += 10)
        await new Promise((resolve) => setTimeout(resolve, 10));
      end();
      assert.ok(heard >= 2, "others hear of it");
    }));

  test("the newest stream of a hotkey is served, unless its node is gone", () =>
    withStore(open, async (store) => {
      const [one, two] = [await join(store), await join(store, "two")];
      const first = { hotkey: "5Alice", number: await store.takeStream("5Alice", one) };
      const none = { hotkey: "5Alice", number: 0 };
      assert.deepEqual(await store.lostStreams(one, [first, none]), [], "its own");
      assert.deepEqual(await store.lostStreams(two, [none]), ["5Alice"], "it is served elsewhere");
      const second = { hotkey: "5Alice", number: await store.takeStream("5Alice", two) };
      assert.ok(second.number > first.number);
      assert.deepEqual(await store.lostStreams(one, [first, { hotkey: "5Bob", number: 0 }]), ["5Alice"]);
      await store.dropStream("5Alice", first.number);
      assert.deepEqual(await store.lostStreams(one, [first]), ["5Alice"], "an older one drops nothing");
      await store.leaveNode(two);
      assert.deepEqual(await store.lostStreams(one, [first]), []);
    }));
}
