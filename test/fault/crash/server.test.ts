import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../../../src/core/random.ts";
import { serverPoints } from "../../support/crash/postgres/points.ts";
import { checkServerPoints, recordServer } from "../../support/crash/postgres/run.ts";
import { stages } from "../../support/crash/postgres/stages.ts";
import { testDatabases } from "../../support/store/postgresDatabases.ts";

// The scenario of the crash points over a real PostgreSQL server: the records of a folder are copied to it, then the real stages play
// several hours. A process ends before or after each call of the store, each statement that writes, each write, sync and rename of a
// key file and each send; its connections are cut. The next process finds what the server has.
//
// SEED chooses the scenario's chance and the points, SERVER_POINTS how many, SERVER_POINT one of them.

const databases = testDatabases();
const { SEED, SERVER_POINTS, SERVER_POINT } = process.env;
const SAMPLE = 8;
/** One in as many is played to its end, the others are opened and checked; so are all of the sample, which must be cheap. */
const PLAY_EVERY = SERVER_POINTS === undefined ? Number.POSITIVE_INFINITY : 16;
const seed = Number(SEED ?? Math.floor(systemRandom.unit() * 1e9));
const count = Number(SERVER_POINTS ?? SAMPLE);
/** Progress is told this often. */
const TELL_EVERY = 50;

test("wherever a process over a server crashes, it pays, strikes, signs and reveals what it would have, once", async (t) => {
  const all = await databases.get();
  const recording = await recordServer(all.url, seed);
  const total = serverPoints(recording);
  t.diagnostic(
    `seed ${seed}: ${total} points in ${stages.length} stages; replay one with SEED=${seed} SERVER_POINT=its number`,
  );
  const which =
    SERVER_POINT === undefined ? { count, playEvery: PLAY_EVERY } : { only: Number(SERVER_POINT) };
  const { points, faults } = await checkServerPoints(all.url, recording, which, (checked, fault) => {
    if (fault !== null) console.log(`SEED=${seed} SERVER_POINT=${fault.number} does not hold: ${fault.what}`);
    if (checked % TELL_EVERY === 0)
      console.log(`${checked} of ${Math.min(count, total)} crash points over a server checked`);
  });
  for (const { url } of recording.stages) await all.drop(url);
  t.diagnostic(`${points} points checked`);
  const told = faults.map(({ number, what }) => `SEED=${seed} SERVER_POINT=${number}\n${what}`).join("\n\n");
  assert.equal(faults.length, 0, told);
});
