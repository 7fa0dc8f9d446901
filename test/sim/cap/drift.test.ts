import assert from "node:assert/strict";
import { test } from "node:test";
import { constant, spread } from "../../support/dispatch/cap/queueing.ts";
import { CapLoop } from "../../support/dispatch/cap/queueingCap.ts";

const DAY = 86_400;

test("a miner that is saturated for days does not make its own queue its best time", () => {
  const loop = new CapLoop({ parallel: 4, serviceMs: constant(10_000) });
  loop.run(4 * DAY);
  const most = Math.max(...loop.changes.map(({ cap }) => cap));
  assert.ok(most <= 10, `most ${most}`);
  assert.ok(loop.cap.learned >= 4);
});

test("a miner whose jobs take five times as long keeps the cap that it needs", () => {
  const loop = new CapLoop({ parallel: 10, serviceMs: constant(500) });
  loop.run(1800);
  loop.miner.profile.serviceMs = constant(2500);
  const since = loop.line.now;
  loop.run(1800);
  const least = Math.min(...loop.changes.filter(({ at }) => at > since).map(({ cap }) => cap));
  assert.ok(least >= 5, `least ${least}`);
  const before = loop.accepted;
  loop.run(1800);
  assert.ok(loop.cap.learned >= 10 && loop.cap.learned <= 25, `cap ${loop.cap.learned}`);
  assert.ok(loop.accepted - before >= (0.95 * 10 * 1800) / 2.5, `delivered ${loop.accepted - before}`);
});

test("over two days of spreading times the cap never leaves its surroundings", () => {
  const loop = new CapLoop({ parallel: 10, serviceMs: spread(2000, 8000) });
  loop.run(2 * 3600);
  const settledAt = loop.line.now;
  loop.run(2 * DAY);
  const caps = loop.changes.filter(({ at }) => at > settledAt).map(({ cap }) => cap);
  assert.ok(Math.max(...caps) <= 40, `most ${Math.max(...caps)}`);
  assert.ok(loop.accepted >= 0.9 * ((2 * DAY * 10) / 8), `delivered ${loop.accepted}`);
});

test("a cap held under pressure stays, and the pause is not taken for the miner's rate afterwards", () => {
  const loop = new CapLoop({ parallel: 10, serviceMs: constant(2000) });
  loop.run(1800);
  const before = loop.cap.learned;
  loop.isHeld = true;
  loop.demand = 1;
  loop.run(900);
  assert.equal(loop.cap.learned, before);
  loop.isHeld = false;
  loop.run(300);
  loop.demand = Number.POSITIVE_INFINITY;
  loop.run(60);
  assert.ok(loop.cap.learned >= before, `cap ${loop.cap.learned}, before ${before}`);
});

test("a miner that gives back what it cannot queue holds the cap that it delivers", () => {
  // 20 a second, 0.5 s at work and 0.2 s on the way: 14 in flight.
  const loop = new CapLoop({ parallel: 10, serviceMs: constant(500), delayMs: constant(200), queueMax: 3 });
  loop.run(2400);
  assert.ok(loop.cap.learned >= 10 && loop.cap.learned <= 24, `cap ${loop.cap.learned}`);
});
