import assert from "node:assert/strict";
import { test } from "node:test";
import { AdmissionWorld, alice, forged, others, ownId } from "../../support/admit/world.ts";
import { problemOf } from "../../support/thrown.ts";

const [bob = assert.fail()] = others;

test("a refused request counts for its sender once the signature was verified", async () => {
  const world = new AdmissionWorld();
  world.suspendedUntil = 2000;
  const problem = await problemOf(() => world.submit(world.letter(alice)));
  assert.equal(problem.code, "suspended");
  assert.deepEqual(world.reasons, [`${alice.hotkey} refused suspended`]);
});

test("a request that names a hotkey, and does not prove it, counts for nobody", async () => {
  const world = new AdmissionWorld();
  assert.equal((await problemOf(() => world.submit(forged(world.letter(alice))))).code, "bad_signature");
  const letter = world.letter(alice);
  const others = { ...letter, body: { ...letter.body, challenge_id: ownId(bob) } };
  assert.equal((await problemOf(() => world.submit(others))).code, "not_your_challenge");
  assert.deepEqual(world.reasons, [], "this one was refused before its signature was looked at");
});

test("an answer that is let in counts for nothing here, and neither does a client that left", async () => {
  const world = new AdmissionWorld();
  await world.submit(world.letter(alice));
  const gone = AbortSignal.abort(new Error("gone"));
  await assert.rejects(world.submit({ ...world.letter(bob), signal: gone }));
  assert.deepEqual(world.reasons, []);
});
