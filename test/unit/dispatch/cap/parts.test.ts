import assert from "node:assert/strict";
import { test } from "node:test";
import { BoundTime, type Measured, Meter } from "../../../../src/dispatch/cap/meter.ts";
import {
  failsOnRaise,
  finding,
  isExplained,
  lowered,
  RaisePace,
  raised,
  type Trial,
} from "../../../../src/dispatch/cap/probe.ts";
import { CapTarget, DeliveryRate, OwnBest } from "../../../../src/dispatch/cap/target.ts";

const BIN = 15_000;
const DAY = 86_400_000;

function measured(count: number, ms = 90_000, failures = 0): Measured {
  return { count, failures, rate: count / ms, isBound: true, ms };
}

function trial(from: number, to: number, before: Measured): Trial {
  return { from, to, before, startedAt: 0, results: 0, failures: 0 };
}

test("the rate is the best 90 s of the last 10 minutes, over 90 s even when there are fewer", () => {
  const rate = new DeliveryRate();
  assert.equal(rate.max(0, 6), 0);
  for (let i = 0; i < 90; i++) rate.add(i * 1000);
  assert.equal(rate.max(89_000, 6), 90 / 90_000);
  assert.equal(rate.max(89_000, 12), 90 / 180_000);
  // Kept while all six bins are within the last 40, and gone bin by bin after that.
  assert.equal(rate.max(39 * BIN, 6), 90 / 90_000);
  assert.equal(rate.max(40 * BIN, 6), 75 / 90_000);
  assert.equal(rate.max(45 * BIN, 6), 0);
});

test("a gap longer than all bins leaves nothing, and a late result counts in the newest bin", () => {
  const rate = new DeliveryRate();
  rate.add(BIN);
  rate.add(1000 * BIN);
  rate.add(999 * BIN);
  assert.equal(rate.max(1000 * BIN, 1), 2 / BIN);
});

test("own best: the least of each kind, the median over the last 64 deliveries", () => {
  const best = new OwnBest();
  assert.equal(best.typicalMs(), 0);
  best.delivered(0, "a", 500, false);
  best.delivered(1, "a", 300, false);
  best.delivered(2, "a", 900, false);
  assert.equal(best.typicalMs(), 300);
  for (let i = 0; i < 64; i++) best.delivered(3 + i, "b", 7000, false);
  assert.equal(best.typicalMs(), 7000);
});

test("own best rises after a day without a faster sample, and only by what did not wait for our own jobs", () => {
  const after = (at: number, clean: boolean): number => {
    const best = new OwnBest();
    best.delivered(0, "kind", 100, true);
    best.delivered(1000, "kind", 400, false);
    best.delivered(2000, "kind", 500, clean);
    for (let i = 0; i < 64; i++) best.delivered(at, "kind", 600, false);
    return best.typicalMs();
  };
  assert.equal(after(DAY - 1, true), 100);
  assert.equal(after(DAY, true), 500);
  assert.equal(after(10 * DAY, false), 100);
});

test("at most 32 kinds are kept; the least recently seen one is dropped", () => {
  const best = new OwnBest();
  for (let i = 0; i < 32; i++) best.delivered(i, `kind${i}`, 100, true);
  best.delivered(40, "kind0", 500, true);
  best.delivered(41, "kind32", 100, true);
  // kind0 was seen again and still knows; kind1 begins anew.
  const settled = (kind: string): number => {
    for (let i = 0; i < 64; i++) best.delivered(50 + i, kind, 900, true);
    return best.typicalMs();
  };
  assert.equal(settled("kind0"), 100);
  assert.equal(settled("kind1"), 900);
});

test("the target is the best rate times the service time, as inferred or as shown, with its headroom", () => {
  const target = new CapTarget();
  assert.equal(target.at(0, 1.5), 1);
  // 10 a second for 90 s, the best of them in one second.
  for (let i = 0; i < 900; i++) target.delivered(i * 100, "kind", i === 0 ? 1000 : 2500, true);
  const at = (nowMs: number, headroom: number): number => Math.round(target.at(nowMs, headroom));
  assert.deepEqual([at(89_999, 1.5), at(89_999, 1)], [15, 10]);
  target.prove(90_000, 2500, 15, 60_000);
  assert.equal(at(90_000, 1), 25);
  // It carries to twice the cap that it was shown at, and for an hour.
  assert.equal(at(90_000, 1.5), 30);
  target.disprove(3000);
  assert.equal(at(90_000, 1), 25);
  target.disprove(2000);
  assert.equal(at(90_000, 1), 20);
  for (let i = 0; i < 900; i++) target.delivered(3_600_000 + i * 100, "kind", 2500, true);
  assert.equal(at(3_689_999, 1), 20);
  assert.equal(at(3_690_000, 1), 10);
});

test("no job of a slow kind is planned to be in flight for more than two minutes, with any headroom", () => {
  const target = new CapTarget();
  for (let i = 0; i < 600; i++) target.delivered(i * 1000, "kind", 100_000, true);
  assert.equal(Math.round(target.at(599_000, 1.5)), 120);
});

test("bound time runs from the last slot filled to the next one free", () => {
  const bound = new BoundTime();
  assert.equal(bound.total(1000), 0);
  bound.bound(1000);
  bound.bound(1500);
  assert.equal(bound.total(2000), 1000);
  bound.freed(3000);
  assert.equal(bound.total(9000), 2000);
  bound.bound(10_000);
  // Free since 10,000 and filled again at once: told of later, it changes nothing.
  bound.freed(10_000);
  assert.equal(bound.total(11_000), 3000);
});

test("a measurement waits for what is under way, and ends with enough deliveries or enough time", () => {
  const bound = new BoundTime();
  const meter = new Meter(bound);
  bound.bound(0);
  meter.restart(0, 20_000);
  for (let i = 0; i < 1000; i++) meter.delivered();
  assert.equal(meter.step(15_000, 4, null), null);
  assert.equal(meter.step(30_000, 4, null), null);
  for (let i = 0; i < 511; i++) meter.delivered();
  assert.equal(meter.step(60_000, 4, null), null);
  meter.delivered();
  assert.deepEqual(meter.step(60_000, 4, null), measured(512, 30_000));
  assert.deepEqual(meter.latest, measured(512, 30_000));
  for (let i = 0; i < 32; i++) meter.delivered();
  assert.equal(meter.step(150_000, 4, null), null);
  assert.deepEqual(meter.step(150_000, 1, null), measured(32));
  assert.equal(meter.step(200_000, 1, 60_000), null);
  assert.deepEqual(meter.step(210_000, 1, 60_000), measured(0, 60_000));
});

test("a raise is as large as the noise asks for, within bounds and deadlines", () => {
  assert.equal(raised(1, measured(32)), 2);
  assert.equal(raised(100, measured(512)), 125);
  assert.equal(raised(100, measured(200, 30_000)), 140);
  assert.equal(raised(100, measured(100, 30_000)), 150);
  // 0.2 a second: 24 jobs are two minutes away.
  assert.equal(raised(20, measured(120, 600_000)), 24);
  assert.equal(raised(30, measured(120, 600_000)), 31);
  assert.equal(raised(8192, measured(512)), 8192);
});

test("a cut is to the target, and to half at most", () => {
  assert.deepEqual(
    [lowered(100, 70), lowered(100, 20), lowered(15, 3), lowered(2, 1), lowered(1, 1)],
    [70, 50, 8, 1, 1],
  );
});

test("a raise is followed by half of its gain, a cut missed by a quarter of its loss", () => {
  const up = trial(100, 125, measured(1000));
  assert.equal(finding(up, measured(1125)), "up");
  assert.equal(finding(up, measured(1124)), "flat");
  const down = trial(100, 50, measured(1000));
  assert.equal(finding(down, measured(875)), "down");
  assert.equal(finding(down, measured(876)), "flat");
  // Of eight deliveries half as many again prove nothing.
  assert.equal(finding(trial(2, 3, measured(8)), measured(12)), "flat");
});

test("a rate that moves far more than the cap is another miner", () => {
  const up = trial(100, 125, measured(1000));
  assert.equal(isExplained(up, measured(1500)), true);
  assert.equal(isExplained(up, measured(1501)), false);
  assert.equal(isExplained(up, measured(1)), true);
  const down = trial(100, 50, measured(900));
  assert.equal(isExplained(down, measured(300)), true);
  assert.equal(isExplained(down, measured(299)), false);
});

test("failures end a raise when there are more of them than before, and four", () => {
  const up = trial(10, 12, measured(80, 90_000, 20));
  assert.equal(failsOnRaise(up, { results: 4, failures: 3 }), false);
  assert.equal(failsOnRaise(up, { results: 4, failures: 4 }), true);
  assert.equal(failsOnRaise(up, { results: 20, failures: 6 }), false);
  assert.equal(failsOnRaise({ ...up, to: 5 }, { results: 4, failures: 4 }), false);
});

test("raises that gain nothing are tried later and later, and sooner again when the rate is another", () => {
  const pace = new RaisePace();
  const same = measured(1000);
  const dueAfter = (at: number): number => {
    let waited = 0;
    while (!pace.isDue(at + waited, same)) waited += 1000;
    return waited;
  };
  assert.equal(dueAfter(0), 0);
  const waits: number[] = [];
  for (let at = 0, i = 0; i < 6; i++) {
    pace.failed(at, { ...trial(10, 12, same), startedAt: at - 45_000 });
    waits.push(dueAfter(at));
    at += dueAfter(at);
  }
  assert.deepEqual(waits, [180_000, 360_000, 720_000, 1_440_000, 1_920_000, 1_920_000]);
  const failedAt = 10_000_000;
  pace.failed(failedAt, { ...trial(10, 12, same), startedAt: failedAt });
  assert.equal(pace.isDue(failedAt + 120_000, measured(1200)), false);
  assert.equal(pace.isDue(failedAt + 119_999, measured(1300)), false);
  assert.equal(pace.isDue(failedAt + 120_000, measured(1300)), true);
  pace.kept();
  assert.equal(pace.isDue(failedAt + 1, same), true);
});
