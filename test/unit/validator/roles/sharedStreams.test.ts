import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { Store } from "../../../../src/flow/store.ts";
import { FakeClock } from "../../../support/fakeClock.ts";
import { openInlineStore } from "../../../support/store/inline.ts";
import { PushProcess } from "../../../support/validator/push/sharedProcess.ts";
import { removeDir, temporaryDir } from "../../../support/validator/validator.ts";

interface StreamsWorld {
  readonly store: Store;
  readonly clock: FakeClock;
  /** Throws instead of taking a stream. */
  fault: Error | null;
  /** No nudge arrives. */
  isDeaf: boolean;
  start(name: string): Promise<PushProcess>;
  /** Moves the time of all processes on, in ticks. */
  pass(ms: number, ...processes: readonly PushProcess[]): Promise<void>;
}

function streamsWorld(t: TestContext): StreamsWorld {
  const dir = temporaryDir();
  const inner = openInlineStore(join(dir, "assay.db"));
  const clock = new FakeClock(1_700_000_000_000);
  t.after(async () => {
    await inner.close();
    removeDir(dir);
  });
  const store: Store = {
    ...inner,
    listen: (topic, heard) => inner.listen(topic, () => (world.isDeaf ? undefined : heard())),
    takeStream: async (hotkey, node) => {
      if (world.fault !== null) throw world.fault;
      return inner.takeStream(hotkey, node);
    },
  };
  const world: StreamsWorld = {
    ...{ store, clock, fault: null, isDeaf: false },
    start: (name) => PushProcess.start(store, name, clock),
    pass: async (ms, ...processes) => {
      for (let passed = 0; passed < ms; passed += 1000) {
        clock.advance(1000);
        for (const process of processes) await process.look();
      }
    },
  };
  return world;
}

test("the newest stream of a hotkey over all processes is served, and the older one is told so", async (t) => {
  const { start } = streamsWorld(t);
  const [one, two] = [await start("one"), await start("two")];
  const first = await one.opens("m");
  const other = await one.opens("other");
  assert.equal(first.sent.length, 1);
  const second = await two.opens("m");
  await one.look();
  assert.deepEqual([first.closedWith, other.closedWith, second.closedWith], ["replaced", null, null]);
  assert.equal(second.sent.length, 1);
  const back = await one.opens("m");
  await two.look();
  assert.deepEqual([second.closedWith, back.closedWith], ["replaced", null]);
  await one.look();
  assert.equal(back.closedWith, null, "it came after");
});

test("a stream serves once it is on record: while the store is down it waits, and one that ends meanwhile never serves", async (t) => {
  const world = streamsWorld(t);
  const [one, two] = [await world.start("one"), await world.start("two")];
  world.fault = new AssayError({ code: "store_unavailable", retry_after_s: 1 });
  const [waits, ends] = [await one.opens("m"), await one.opens("n")];
  ends.close("gone");
  await one.look();
  assert.deepEqual([waits.sent.length, waits.closedWith], [0, null]);
  world.fault = null;
  await one.look();
  assert.deepEqual([waits.sent.length, ends.sent.length], [1, 0]);
  assert.equal(one.dispatcher.hasStream("n"), false);
  await one.look();
  assert.deepEqual(await world.store.lostStreams(two.node.token, [{ hotkey: "n", number: 0 }]), []);
});

test("a miner that comes back at another process is not put out for the jobs that it had here", async (t) => {
  const world = streamsWorld(t);
  const [one, two] = [await world.start("one"), await world.start("two")];
  const first = await one.opens("m");
  first.close("gone");
  await world.pass(3000, one, two);
  const second = await two.opens("m");
  await world.pass(20_000, one, two);
  assert.equal(one.judge.isSuspended("m"), false);
  assert.equal(one.counts.get("assay_dispatch_ended_total", { end: "moved" }), 1);
  assert.equal(second.closedWith, null);
  const lost = await one.opens("lost");
  lost.close("gone");
  await world.pass(20_000, one, two);
  assert.equal(one.judge.isSuspended("lost"), true, "as one is that comes back nowhere");
});

test("a miner that comes back in the last moment is asked for before it is put out", async (t) => {
  const world = streamsWorld(t);
  const [one, two] = [await world.start("one"), await world.start("two")];
  world.isDeaf = true;
  (await one.opens("m")).close("gone");
  world.clock.advance(1000);
  one.dispatcher.tick();
  await two.opens("m");
  for (let s = 0; s < 12; s++) {
    world.clock.advance(1000);
    one.dispatcher.tick();
    await one.settle();
  }
  assert.equal(one.counts.get("assay_dispatch_ended_total", { end: "unreachable" }), 1);
  assert.equal(one.judge.isSuspended("m"), false);
});

test("a process that lost its lease takes its streams anew, except those that went elsewhere", async (t) => {
  const { store, start } = streamsWorld(t);
  const [one, two] = [await start("one"), await start("two")];
  const [stays, goes] = [await one.opens("stays"), await one.opens("goes")];
  await one.dies();
  const taken = await two.opens("goes");
  await one.node.join();
  await one.look();
  await two.look();
  assert.deepEqual([stays.closedWith, goes.closedWith, taken.closedWith], [null, "replaced", null]);
  const asked = ["stays", "goes"].map((hotkey) => ({ hotkey, number: 0 }));
  assert.deepEqual(await store.lostStreams(two.node.token, asked), ["stays"]);
  assert.deepEqual(await store.lostStreams(one.node.token, asked), ["goes"]);
});

test("a stream is taken anew when another process, which its miner had left before, took it late and dropped it", async (t) => {
  const world = streamsWorld(t);
  const { store } = world;
  const [one, two] = [await world.start("one"), await world.start("two")];
  const stays = await one.opens("m");
  // Or it would learn of the stream before that is gone.
  world.isDeaf = true;
  (await two.opens("m")).close("gone");
  await two.settle();
  assert.deepEqual(await store.unservedHotkeys(["m"]), ["m"]);
  await one.look();
  assert.equal(stays.closedWith, null);
  assert.deepEqual(await store.lostStreams(two.node.token, [{ hotkey: "m", number: 0 }]), ["m"]);
  await one.look();
  await two.look();
  assert.equal(stays.closedWith, null, "it is nobody else's");
});

test("under another lease no job is sent before the process knows which of its streams others have taken", async (t) => {
  const world = streamsWorld(t);
  const [one, two] = [await world.start("one"), await world.start("two")];
  const stale = await one.opens("m");
  assert.equal(stale.sent.length, 1);
  world.isDeaf = true;
  await one.dies();
  await two.opens("m");
  await one.node.join();
  one.listener.answered(stale, stale.sent[0]?.job_id ?? "", { size: 100, text: () => "answer" });
  one.dispatcher.tick();
  await one.settle();
  assert.deepEqual([stale.sent.length, stale.closedWith], [1, null]);
  await one.look();
  const after = await one.opens("n");
  assert.deepEqual([stale.closedWith, after.sent.length], ["replaced", 1]);
});

test("the miners of a process that dies are served by another as soon as they come, with what was learned", async (t) => {
  const { start } = streamsWorld(t);
  const one = await start("one");
  await one.opens("m");
  await one.dispatcher.save();
  await one.dies();
  const two = await start("two");
  const link = await two.opens("m");
  await two.look();
  assert.equal(link.sent.length, 1);
  assert.deepEqual(two.dispatcher.capOf("m")?.learned, one.dispatcher.capOf("m")?.learned);
});
