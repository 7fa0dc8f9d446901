import assert from "node:assert/strict";
import { test } from "node:test";
import { Pressure } from "../../../../src/dispatch/bounds/pressure.ts";

const MOVE = 15_000;

test("without pressure there is no ceiling; unknown memory is none", () => {
  const pressure = new Pressure();
  for (const [at, available] of [null, 0.2, 1, 0.21].entries()) {
    pressure.update(at * MOVE, available, 1000);
    assert.deepEqual([pressure.hold(), pressure.ceiling()], [false, null]);
  }
});

test("under pressure the ceiling shrinks by a tenth every 15 s from what is in flight, and never below 1", () => {
  const pressure = new Pressure();
  pressure.update(0, 0.199, 1000);
  assert.deepEqual([pressure.hold(), pressure.ceiling()], [true, 900]);
  pressure.update(MOVE - 1, 0.1, 1000);
  assert.equal(pressure.ceiling(), 900);
  pressure.update(MOVE, 0.1, 950);
  assert.equal(pressure.ceiling(), 810);
  for (let i = 2; i < 200; i++) pressure.update(i * MOVE, 0.05, 5);
  assert.equal(pressure.ceiling(), 1);
  const idle = new Pressure();
  idle.update(0, 0.1, 0);
  assert.equal(idle.ceiling(), 1);
});

test("between the two bounds it stays; above the second it grows, and is removed once the jobs stay below it", () => {
  const pressure = new Pressure();
  pressure.update(0, 0.1, 100);
  pressure.update(MOVE, 0.25, 90);
  assert.deepEqual([pressure.hold(), pressure.ceiling()], [false, 90]);
  pressure.update(2 * MOVE, 0.251, 90);
  assert.equal(pressure.ceiling(), 99);
  // It was reached once since: it still binds.
  pressure.update(2 * MOVE + 250, 0.9, 99);
  pressure.update(3 * MOVE, 0.9, 80);
  assert.equal(pressure.ceiling(), 108);
  pressure.update(3 * MOVE + 250, 0.9, 107);
  pressure.update(4 * MOVE, 0.9, 107);
  assert.equal(pressure.ceiling(), null);
});

test("from 1 it grows by 1", () => {
  const pressure = new Pressure();
  pressure.update(0, 0.1, 1);
  for (let i = 1; i <= 3; i++) pressure.update(i * MOVE, 0.9, pressure.ceiling() ?? 0);
  assert.equal(pressure.ceiling(), 4);
});
