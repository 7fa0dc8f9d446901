import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { LogEntry } from "../../../src/flow/draw.ts";
import type { Store } from "../../../src/flow/store.ts";
import { answerOf, type FakeLink } from "../../support/dispatch/link.ts";
import { FakeClock } from "../../support/fakeClock.ts";
import { openInlineStore } from "../../support/store/inline.ts";
import { seeded } from "../../support/store/seeded.ts";
import { PushProcess, putJob } from "../../support/validator/push/sharedProcess.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

interface Kept {
  readonly draws: Map<string, number>;
  readonly verdicts: Map<string, string[]>;
}

/** Every draw and verdict of the logs, by work id and hotkey. */
async function loggedIn(store: Store): Promise<Kept> {
  const kept: Kept = { draws: new Map(), verdicts: new Map() };
  for (const { epoch } of await store.openEpochs())
    for (const line of (await store.logPage(epoch, -1, 100_000)) as readonly LogEntry[]) {
      if (line.type === "draws")
        for (const row of line.rows) {
          const [index = "", workId] = row.split(" ");
          const key = `${workId} ${line.hotkeys[Number(index)]}`;
          kept.draws.set(key, (kept.draws.get(key) ?? 0) + 1);
        }
      if (line.type === "verdict") {
        const key = `${line.work_id} ${line.hotkey}`;
        kept.verdicts.set(key, [...(kept.verdicts.get(key) ?? []), line.state]);
      }
    }
  return kept;
}

function sharedStore(t: TestContext): Store {
  const dir = temporaryDir();
  const store = openInlineStore(join(dir, "assay.db"));
  t.after(async () => {
    await store.close();
    removeDir(dir);
  });
  return store;
}

/** What must hold whatever happened: one draw, one verdict and one pay per work id and hotkey; no customer forgotten. */
async function assertKept(store: Store, jobs: readonly string[]): Promise<void> {
  assert.deepEqual(await store.openSamples(9), []);
  const { draws, verdicts } = await loggedIn(store);
  for (const [key, times] of draws) assert.deepEqual([times, verdicts.get(key)?.length], [1, 1], key);
  assert.equal(verdicts.size, draws.size);
  const accepted = [...verdicts.values()].filter(([state]) => state === "accepted").length;
  const paid = (await store.work(0)).reduce((sum, { results }) => sum + results, 0);
  const failed = [...verdicts.values()].length - accepted;
  assert.ok(paid >= accepted && paid <= accepted + failed, `${paid} results, ${accepted} accepted`);
  for (const jobId of jobs) assert.equal((await store.customerJob(jobId))?.state, "done", jobId);
}

test("of two processes one dies with jobs out: the other serves them, nothing is paid twice, no customer is forgotten", async (t) => {
  const store = sharedStore(t);
  const clock = new FakeClock(1_700_000_000_000);
  const [one, two] = [
    await PushProcess.start(store, "one", clock),
    await PushProcess.start(store, "two", clock),
  ];
  const jobs: string[] = [];
  const first = await one.opens("m", { capacity: 1 });
  for (let i = 0; i < 3; i++) jobs.push(await putJob(store, clock));
  await one.look();
  first.answer();
  await one.settle();
  const out = first.open[0] ?? assert.fail("a customer's job is out");
  await one.look();
  assert.equal(one.dispatcher.stats().queued, 1);
  await one.dies();
  await two.look();
  assert.ok((await store.openSamples(9)).length === 0, "what it had out has ended");
  const second = await two.opens("m", { capacity: 1 });
  for (let i = 0; i < 12; i++) {
    await two.look();
    if (second.open.length > 0) second.answer();
    await two.settle();
  }
  // The first wakes up: the miner's answer reaches it after all, and one of the jobs waits there still.
  first.answer(out);
  await one.look();
  const late = await one.opens("n", { capacity: 1 });
  assert.deepEqual(late.sent, [], "a stream is taken under a lease alone");
  await two.look();
  await two.dies();
  await PushProcess.start(store, "after", clock);
  await assertKept(store, jobs);
  for (const jobId of jobs) assert.equal((await store.customerJob(jobId))?.hotkey, "m");
});

/** Processes that come, go, pause and lose their lease, with miners that move among them, in an order that follows from the seed. */
async function chaos(t: TestContext, seed: number): Promise<void> {
  const next = seeded(seed);
  const store = sharedStore(t);
  const clock = new FakeClock(1_700_000_000_000);
  const processes: PushProcess[] = [];
  const links = new Map<string, FakeLink>();
  const jobs: string[] = [];
  let names = 0;
  const begin = async () => void processes.push(await PushProcess.start(store, `p${names++}`, clock));
  const any = (): PushProcess => processes[next(processes.length)] ?? assert.fail("no process");
  const steps: readonly (() => Promise<void>)[] = [
    async () => void jobs.push(await putJob(store, clock)),
    async () => {
      const hotkey = `m${next(4)}`;
      links.set(hotkey, await any().opens(hotkey, { capacity: 1 + next(3) }));
    },
    async () => {
      const link = links.get(`m${next(4)}`);
      const [jobId] = link?.open ?? [];
      if (link === undefined || jobId === undefined) return;
      if (next(8) === 0) link.giveBack(jobId);
      else link.answer(jobId, answerOf(`"answer to ${jobId}"`));
    },
    async () => links.get(`m${next(4)}`)?.close("gone"),
    async () => {
      // It notices at once that its lease was over, or a good while later.
      const process = any();
      await process.dies();
      if (next(2) === 0) await any().look();
      await process.node.join();
    },
    async () => {
      if (processes.length < 2) return begin();
      const [gone] = processes.splice(next(processes.length), 1);
      await gone?.dies();
      for (const [hotkey, link] of links) if (link.closedWith === null && next(2) === 0) links.delete(hotkey);
    },
  ];
  /** Which step, by how often it is taken. */
  const often = [0, 0, 0, 0, 0, 1, 1, 1, 1, ...Array<number>(12).fill(2), 3, 4, 5];
  await begin();
  await begin();
  for (let i = 0; i < 150; i++) {
    await steps[often[next(often.length)] ?? 0]?.();
    clock.advance(250);
    await any().look();
  }
  // In the end two processes live, and miners that do their work.
  const last = await PushProcess.start(store, "last", clock);
  for (const process of processes) await process.dies();
  const miners = await Promise.all(["a", "b", "c", "d"].map((hotkey) => last.opens(hotkey, { capacity: 1 })));
  for (let i = 0; i < 400; i++) {
    clock.advance(250);
    await last.look();
    for (const miner of miners) if (miner.open.length > 0) miner.answer();
    await last.settle();
    const states = await Promise.all(jobs.map((jobId) => store.customerJob(jobId)));
    if (states.every((job) => job?.state !== "queued")) break;
  }
  await last.dies();
  await PushProcess.start(store, "after", clock);
  await assertKept(store, jobs);
}

for (const seed of [1, 2, 3, 4, 5, 6])
  test(`whatever becomes of processes and miners, each work id is paid once and each customer answered (seed ${seed})`, (t) =>
    chaos(t, seed));
