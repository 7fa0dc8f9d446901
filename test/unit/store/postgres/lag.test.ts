import assert from "node:assert/strict";
import { test } from "node:test";
import { LagMeter } from "../../../../src/store/postgres/replica/lag.ts";

test("a replica has what the primary had at the newest sample that it has replayed", () => {
  const lag = new LagMeter();
  assert.equal(lag.lagMs(0), Number.POSITIVE_INFINITY);
  for (const [position, at] of [
    [100, 0],
    [200, 1000],
    [300, 2000],
  ] as const)
    lag.primary(position, at);
  lag.replayed(99);
  assert.equal(lag.lagMs(2000), Number.POSITIVE_INFINITY);
  lag.replayed(199);
  assert.equal(lag.lagMs(2000), 2000);
  lag.replayed(200);
  assert.equal(lag.lagMs(2500), 1500);
  lag.replayed(999);
  assert.equal(lag.lagMs(2500), 500);
});

test("an idle primary is not read as lag, however long it is idle; one that is not seen is", () => {
  const lag = new LagMeter();
  for (let at = 0; at <= 60_000; at += 1000) {
    lag.primary(100, at);
    lag.replayed(100);
  }
  assert.equal(lag.lagMs(60_000), 0);
  assert.equal(lag.lagMs(75_000), 15_000);
});

test("a replica that stands still is behind by all the time since, with a bounded number of samples", () => {
  const lag = new LagMeter();
  lag.primary(0, 0);
  lag.replayed(0);
  for (let at = 1; at <= 100_000; at++) lag.primary(at, at * 1000);
  assert.equal(lag.lagMs(100_000_000), 100_000_000);
  // Of long ago only some samples are left: it may be less far behind than it is said to be, never further.
  lag.replayed(50_000);
  assert.ok(lag.lagMs(100_000_000) >= 50_000_000);
  lag.replayed(99_900);
  assert.equal(lag.lagMs(100_000_000), 100_000);
});

test("of another primary, or one whose log was cut, nothing is known until the next samples", () => {
  const lag = new LagMeter();
  lag.primary(500, 0);
  lag.replayed(500);
  lag.primary(400, 1000);
  assert.equal(lag.lagMs(1000), Number.POSITIVE_INFINITY);
  lag.replayed(450);
  assert.equal(lag.lagMs(1000), 0);
});
