import assert from "node:assert/strict";
import { test } from "node:test";
import { MinerCap } from "../../../../src/dispatch/cap/cap.ts";
import { constant } from "../../../support/dispatch/cap/queueing.ts";
import { CapLoop } from "../../../support/dispatch/cap/queueingCap.ts";

test("a restored cap is clamped, and what is no cap is 1", () => {
  const learned = (restored: number | null): number => new MinerCap(restored).learned;
  assert.deepEqual([1, 31, 32, 33, 1e12, Number.POSITIVE_INFINITY].map(learned), [1, 31, 32, 32, 32, 32]);
  assert.deepEqual([null, 0, -3, 0.9, Number.NaN, 7.9].map(learned), [1, 1, 1, 1, 1, 7]);
});

test("is 1 until 100 results, including failures, then as learned", () => {
  const cap = new MinerCap(20);
  for (let i = 0; i < 60; i++) cap.accepted(i * 10, "kind", 10);
  for (let i = 60; i < 99; i++) cap.failed(i * 10);
  assert.deepEqual([cap.usable(), cap.learned], [1, 20]);
  cap.failed(990);
  assert.equal(cap.usable(), 20);
});

test("a miner that fails most of its first results has no restored cap", () => {
  const restoredAfter = (failures: number): number => {
    const cap = new MinerCap(32);
    for (let i = 0; i < 100; i++) {
      if (i < failures) cap.failed(i);
      else cap.accepted(i, "kind", 10);
    }
    return cap.usable();
  };
  assert.equal(restoredAfter(50), 32);
  assert.equal(restoredAfter(51), 1);
});

test("before 100 results, and while held, no step changes anything", () => {
  const cap = new MinerCap(32);
  for (let i = 0; i < 99; i++) cap.accepted(i, "kind", 10);
  assert.equal(cap.step(15_000, false), false);
  cap.accepted(15_001, "kind", 10);
  // Idle for far longer than it takes to decay.
  for (let at = 30_000; at < 3_600_000; at += 15_000) assert.equal(cap.step(at, true), false);
  assert.equal(cap.learned, 32);
});

test("idle for 600 s, a cap decays by 1 per step, down to 1", () => {
  const cap = new MinerCap(3);
  for (let i = 0; i < 100; i++) cap.accepted(i, "kind", 600_000);
  // Held until just before, so that nothing else moves it.
  cap.step(599_000, true);
  const caps = [600_098, 600_099, 615_099, 630_099].map((at) => [cap.step(at, at < 600_099), cap.learned]);
  assert.deepEqual(caps, [
    [false, 3],
    [true, 2],
    [true, 1],
    [false, 1],
  ]);
});

test("grows by a tenth and at least 1 per step while it holds jobs back, and not otherwise", () => {
  const loop = new CapLoop({ parallel: 1000, serviceMs: constant(1000) });
  loop.run(900);
  const caps = loop.changes.map(({ cap }) => cap).filter((cap) => cap <= 100);
  for (const [i, cap] of caps.entries()) {
    const before = caps[i - 1] ?? 1;
    assert.ok(cap > before && cap <= before + Math.ceil(before / 10), `${before} to ${cap}`);
  }
  assert.ok(caps.length > 20);
  const grown = loop.cap.learned;
  loop.demand = grown - 1;
  loop.run(600);
  assert.equal(loop.cap.learned, grown);
});

test("a raise that makes the miner fail is taken back at the next step", () => {
  const loop = new CapLoop({ parallel: 10, serviceMs: constant(500) });
  loop.run(435);
  assert.equal(loop.cap.learned, 15);
  // From here on more than 15 at once is given back.
  loop.miner.profile.queueMax = 5;
  loop.miner.profile.delayMs = constant(50);
  loop.run(120);
  const at = loop.changes.findIndex(({ cap }) => cap > 15);
  const [raised, back] = loop.changes.slice(at, at + 2);
  assert.deepEqual([raised?.cap, back?.cap], [19, 15]);
  assert.equal((back?.at ?? 0) - (raised?.at ?? 0), 15_000);
});

test("results reported late, after their check, do not hide that the cap holds jobs back", () => {
  const late = new MinerCap(null);
  let now = 0;
  for (; now < 600_000; now += 1000) {
    // The slot is filled again at once; the check of what it answered takes a while.
    late.bound(now);
    if (now >= 1000) late.accepted(now, "kind", 1000);
    if (now % 15_000 === 0) late.step(now, false);
  }
  assert.ok(late.learned > 1);
});

test("answers in no time, huge times and foreign kinds do no harm", () => {
  const cap = new MinerCap(null);
  let now = 0;
  for (let i = 0; i < 20_000; i++) {
    now += 37;
    cap.bound(now);
    cap.accepted(now, `kind${i % 1000}`, [0, 1e15, 3, 180_000][i % 4] ?? 0);
    if (i % 400 === 0) cap.step(now, false);
    assert.ok(Number.isInteger(cap.learned) && cap.learned >= 1 && cap.learned <= 8192);
  }
});
