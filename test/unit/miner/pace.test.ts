import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../../src/miner/pace.ts";

/** A clock that waiting moves. */
function world(rests: number) {
  const { signal } = new AbortController();
  const waits: number[] = [];
  let now = 1000;
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
    now += ms;
  };
  const pace = new Pace(rests, { clock: { monotonicMs: () => now }, wait });
  const take = (ms: number) => async () => {
    now += ms;
    return ms;
  };
  return { pace, waits, take, signal, pass: (ms: number) => (now += ms) };
}

test("it begins at once, and rests before the next work for some times as long as the last one took", async () => {
  const { pace, waits, take, signal } = world(3);
  assert.equal(await pace.work(take(100), signal), 100);
  assert.deepEqual(waits, []);
  await pace.work(take(20), signal);
  await pace.work(take(5), signal);
  assert.deepEqual(waits, [300, 60]);
});

test("time in which there was nothing to do is rest too", async () => {
  const { pace, waits, take, signal, pass } = world(3);
  await pace.work(take(100), signal);
  pass(299);
  await pace.work(take(10), signal);
  pass(30);
  await pace.work(take(10), signal);
  assert.deepEqual(waits, [1]);
});

test("work that fails is followed by a rest, and its error is passed on", async () => {
  const { pace, waits, take, signal } = world(2);
  const fail = async (): Promise<never> => {
    await take(50)();
    throw new Error("no proof");
  };
  await assert.rejects(pace.work(fail, signal), /no proof/);
  await pace.work(take(1), signal);
  assert.deepEqual(waits, [100]);
});

test("a rest ends when the miner is to stop", async () => {
  let now = 0;
  const pace = new Pace(1e6, { clock: { monotonicMs: () => now } });
  const stop = new AbortController();
  await pace.work(async () => {
    now = 1000;
  }, stop.signal);
  const next = pace.work(() => assert.fail("it works"), stop.signal);
  stop.abort();
  await assert.rejects(next, { name: "AbortError" });
});
