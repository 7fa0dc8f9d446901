import assert from "node:assert/strict";
import { test } from "node:test";
import { ClockWatch, doubtText } from "../../../src/core/clockWatch.ts";

const HOUR = 3_600_000;

/** Time that passes moves both clocks; a step moves the wall clock alone. */
function world(recordedMs: number | null = null) {
  const time = { wall: 1000 * HOUR, monotonic: 5 };
  const clock = { nowMs: () => time.wall, monotonicMs: () => time.monotonic };
  const watch = new ClockWatch(clock, { stepMs: 60_000, recordedMs });
  return {
    watch,
    step: (ms: number) => {
      time.wall += ms;
    },
    pass: (ms: number) => {
      time.wall += ms;
      time.monotonic += ms;
    },
  };
}

test("a step of the bound is believed, one millisecond more is not, in either direction", () => {
  for (const sign of [1, -1]) {
    const { watch, step } = world();
    step(sign * 60_000);
    assert.equal(watch.doubt(), null);
    step(sign);
    assert.deepEqual(watch.doubt(), { byMs: sign * 60_001, cause: "step" });
  }
});

test("a clock that comes back is believed again, and time that passes is no step", () => {
  const { watch, step, pass } = world();
  pass(100 * HOUR);
  assert.equal(watch.doubt(), null);
  step(25 * HOUR);
  pass(60_000);
  assert.equal(watch.doubt()?.byMs, 25 * HOUR);
  step(-25 * HOUR);
  assert.equal(watch.doubt(), null);
});

test("an accepted step is the time from then on", () => {
  const { watch, step } = world();
  step(2 * HOUR);
  watch.accept();
  assert.equal(watch.doubt(), null);
  step(-2 * HOUR);
  assert.equal(watch.doubt()?.byMs, -2 * HOUR);
});

test("the time of a chain decides where it agrees with the wall clock", () => {
  const { watch, step } = world();
  step(2 * HOUR);
  watch.agree(1000 * HOUR);
  assert.notEqual(watch.doubt(), null);
  watch.agree(1002 * HOUR + 60_000);
  assert.equal(watch.doubt(), null);
});

test("small steps are followed by the hour; many of them within it add up", () => {
  const { watch, step, pass } = world();
  for (let hour = 0; hour < 5; hour++) {
    step(50_000);
    pass(HOUR);
    assert.equal(watch.doubt(), null);
  }
  step(50_000);
  assert.equal(watch.doubt(), null);
  step(50_000);
  assert.equal(watch.doubt()?.byMs, 100_000);
});

test("at a start a clock behind a time on record is doubted until it has passed it; one far ahead may be an outage", () => {
  assert.equal(world(1000 * HOUR + 60_000).watch.doubt(), null);
  assert.equal(world(1 * HOUR).watch.doubt(), null);
  const { watch, step } = world(1000 * HOUR + 60_001);
  assert.deepEqual(watch.doubt(), { byMs: -60_001, cause: "start" });
  step(300 * HOUR);
  assert.equal(watch.doubt(), null);
  step(2 * HOUR);
  assert.equal(watch.doubt()?.cause, "step");
});

test("an operator is told how far, which way, and what to do", () => {
  assert.match(doubtText({ byMs: 90_000_000, cause: "step" }), /stepped 90000 s ahead.*assay clock accept/);
  assert.match(doubtText({ byMs: -7_200_000, cause: "step" }), /7200 s back/);
  assert.match(
    doubtText({ byMs: -61_000, cause: "start" }),
    /61 s before a time that this validator has recorded/,
  );
});
