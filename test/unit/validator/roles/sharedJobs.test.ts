import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Store } from "../../../../src/flow/store.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { ordersOf, PushProcess, putJob } from "../../../support/validator/push/sharedProcess.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

interface SharedWorld {
  readonly store: Store;
  readonly clock: FakeClock;
  start(name: string): Promise<PushProcess>;
}

function sharedWorld(t: TestContext): SharedWorld {
  const dir = temporaryDir();
  const store = openInlineStore(join(dir, "assay.db"));
  const clock = new FakeClock(1_700_000_000_000);
  t.after(async () => {
    await store.close();
    removeDir(dir);
  });
  return { store, clock, start: (name) => PushProcess.start(store, name, clock) };
}

const stateOf = async (store: Store, jobId: string) => (await store.customerJob(jobId))?.state;

test("a job goes to the process with a miner, with its private inputs, and no other hears of it", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const [idle, busy] = [await start("idle"), await start("busy")];
  const miner = await busy.opens("m");
  const jobId = await putJob(store, clock, { privateInput: { secret: "7" } });
  await idle.look();
  await busy.look();
  miner.answer();
  await busy.settle();
  assert.deepEqual([idle.dispatcher.stats().queued, ordersOf(miner, jobId).length], [0, 1]);
  assert.equal(miner.sent.find(({ input }) => input.customer === jobId)?.input.secret, "7");
  const other = await idle.opens("n");
  await idle.look();
  assert.equal(ordersOf(other, jobId).length, 0);
  miner.answer(ordersOf(miner, jobId)[0]);
  await busy.settle();
  const done = await store.customerJob(jobId);
  assert.deepEqual([done?.state, done?.hotkey, done?.privateInput], ["done", "m", null]);
});

test("no more jobs wait here than the miners have slots, and a cordoned process claims none", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const process = await start("one");
  process.node.cordoned = true;
  const jobs: string[] = [];
  for (let i = 0; i < 4; i++) jobs.push(await putJob(store, clock));
  await process.opens("m", { capacity: 1 });
  await process.look();
  assert.equal(process.dispatcher.stats().queued, 0);
  process.node.cordoned = false;
  await process.look();
  assert.equal(process.dispatcher.stats().queued, 1, "the miner has one slot, and a benchmark in it");
  await process.opens("n", { capacity: 1 });
  await process.look();
  assert.equal(process.dispatcher.stats().queued, 2);
  process.node.cordoned = true;
  await process.look();
  assert.equal(process.dispatcher.stats().queued, 0, "what waits is given back");
  const other = await start("two");
  for (const hotkey of ["a", "b", "c", "d"]) await other.opens(hotkey);
  await other.look();
  assert.equal(other.dispatcher.stats().queued, 3, "and is there for others; one is out");
});

test("what no miner here can take up is left to others: another kind, no miner any more, tried by all", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const [one, two] = [await start("one"), await start("two")];
  const strange = await putJob(store, clock, { kind: "cube" });
  const miner = await one.opens("m");
  const jobId = await putJob(store, clock);
  await one.look();
  assert.deepEqual(one.dispatcher.customers.waiting(), [jobId], `and not ${strange}`);
  miner.close("gone");
  await one.look();
  assert.deepEqual(one.dispatcher.customers.waiting(), []);
  const again = await two.opens("n");
  await two.look();
  again.answer();
  await two.settle();
  const [workId = ""] = ordersOf(again, jobId);
  again.giveBack(workId);
  await two.look();
  await two.look();
  assert.deepEqual(two.dispatcher.customers.waiting(), [], "its only miner has had it");
  const third = await one.opens("o");
  await one.look();
  third.answer();
  await one.settle();
  assert.equal(ordersOf(third, jobId).length, 1);
  assert.notEqual(ordersOf(third, jobId)[0], workId, "one draw per work id");
  third.answer(ordersOf(third, jobId)[0]);
  await one.settle();
  const done = await store.customerJob(jobId);
  assert.deepEqual([done?.state, done?.attempts, done?.hotkey], ["done", 2, "o"]);
});

test("a job cancelled elsewhere is dropped where it waits; where it is out, its answer changes nothing", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const process = await start("one");
  const miner = await process.opens("m", { capacity: 1 });
  const [out, waits] = [await putJob(store, clock), await putJob(store, clock)];
  await process.look();
  miner.answer();
  await process.settle();
  await process.look();
  assert.deepEqual(process.dispatcher.customers.waiting(), [waits]);
  for (const jobId of [out, waits]) await store.cancelCustomerJob(jobId, clock.now);
  await process.look();
  assert.deepEqual(process.dispatcher.customers.waiting(), []);
  miner.answer(ordersOf(miner, out)[0]);
  await process.settle();
  const { state, answer } = (await store.customerJob(out)) ?? {};
  assert.deepEqual([state, answer], ["cancelled", null]);
  assert.deepEqual([...process.dispatcher.customers.inHand()], []);
});

test("a job whose deadline passes while no miner is anywhere ends as expired", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const process = await start("one");
  const [due, later] = [
    await putJob(store, clock, { deadlineMs: 7000, kind: "cube" }),
    await putJob(store, clock),
  ];
  for (let s = 0; s < 6; s++) {
    await process.look();
    clock.advance(1000);
  }
  assert.equal(await stateOf(store, due), "queued");
  for (let s = 0; s < 10; s++) {
    await process.look();
    clock.advance(1000);
  }
  assert.deepEqual([await stateOf(store, due), await stateOf(store, later)], ["expired", "queued"]);
});

test("a process that lost its lease answers no customer with what it had, and takes its jobs anew", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const process = await start("one");
  const miner = await process.opens("m", { capacity: 1 });
  const jobId = await putJob(store, clock);
  await process.look();
  miner.answer();
  await process.settle();
  const [before = ""] = ordersOf(miner, jobId);
  await process.dies();
  await process.node.join();
  miner.answer(before);
  await process.settle();
  assert.equal(await stateOf(store, jobId), "queued", "its claim is not this token's");
  // It draws again once it has asked about its streams.
  await process.look();
  await process.look();
  miner.answer();
  await process.settle();
  await process.look();
  miner.answer();
  await process.settle();
  const after = ordersOf(miner, jobId);
  assert.ok(after.length === 2 && after[1] !== before);
  miner.answer(after[1]);
  await process.settle();
  assert.equal(await stateOf(store, jobId), "done");
});

test("a claim whose answer was lost is found again", async (t) => {
  const { store, clock, start } = sharedWorld(t);
  const process = await start("one");
  const jobId = await putJob(store, clock);
  assert.equal((await store.claimCustomerJobs(process.node.token, 9)).length, 1);
  await process.opens("m");
  await process.look();
  assert.deepEqual([...process.dispatcher.customers.inHand()], [jobId]);
});
