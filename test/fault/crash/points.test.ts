import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../../../src/core/random.ts";
import { pointsIn } from "../../support/crash/points.ts";
import { checkPoints, recordScenario } from "../../support/crash/runPoints.ts";

// A scenario of several hours over the real stages, a real store and real key files: each write, sync, rename, commit and send of it
// is a point at which the process can be killed, or the power cut. What a crash leaves is opened, checked, and played to its end.
//
// SEED chooses the scenario's chance and the points, POINTS how many, POINT one of them. In a sample all are opened and checked, and one
// in sixteen is played to its end; with POINTS all are played.

const { SEED, POINTS, POINT } = process.env;
const SAMPLE = 500;
const SAMPLE_PLAYS = 16;
const seed = Number(SEED ?? Math.floor(systemRandom.unit() * 1e9));
const playEvery = POINTS === undefined ? SAMPLE_PLAYS : 1;
const count = Number(POINTS ?? SAMPLE);
/** Progress is told this often. */
const TELL_EVERY = 1000;

test("wherever a process crashes, it pays, strikes, signs and reveals what it would have, once", async (t) => {
  const recording = await recordScenario(seed);
  const total = pointsIn(recording);
  t.diagnostic(`seed ${seed}: ${total} points; replay one with SEED=${seed} POINT=its number`);
  const which = POINT === undefined ? { count, playEvery } : { only: Number(POINT) };
  const { points, faults } = await checkPoints(recording, which, (checked) => {
    if (checked % TELL_EVERY === 0) console.log(`${checked} of ${Math.min(count, total)} crash points hold`);
  });
  t.diagnostic(`${points} points checked`);
  const told = faults.map(({ number, what }) => `SEED=${seed} POINT=${number}\n${what}`).join("\n\n");
  assert.equal(faults.length, 0, told);
});
