import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { parseFraction } from "../../../../src/core/fraction.ts";
import type { LanePolicy } from "../../../../src/flow/lane.ts";
import { makeGroth16Lane } from "../../../../src/lanes/groth16/lane.ts";
import { loadPoints } from "../../../../src/lanes/groth16/load.ts";
import { hashChain } from "../../../support/lanes/groth16/snarkjs.ts";

const rate = parseFraction("1");
assert.ok(rate);
const policy: LanePolicy = { rate, penalty: "strike", maxAttempts: 1, share: 0.5 };
const require = createRequire(import.meta.url);
const isLoaded = (): boolean => Object.keys(require.cache).some((file) => file.includes("mcl-wasm"));

// In a process of its own: other files load the engine.

test("nothing loads the engine but prepare, and not without circuits", async () => {
  const empty = makeGroth16Lane({ policy, circuits: [] });
  await empty.prepare();
  assert.equal(empty.issue(1n), null);
  assert.equal(empty.canary(1n), null);
  const lane = makeGroth16Lane({ policy, circuits: [hashChain()] });
  assert.ok(lane.issue(1n));
  assert.ok(lane.canary(1n));
  lane.accept("hash-chain", { x: 5 });
  assert.equal(isLoaded(), false);
  await lane.prepare();
  assert.equal(isLoaded(), true);
});

test("a check before prepare is the validator's own fault", () => {
  const lane = makeGroth16Lane({ policy, circuits: [hashChain()] });
  assert.throws(() => lane.check("hash-chain", [], () => new Uint8Array()), RangeError);
});

test("concurrent calls of prepare share one engine", async () => {
  const lanes = [1, 2].map(() => makeGroth16Lane({ policy, circuits: [hashChain()] }));
  await Promise.all([...lanes, ...lanes].map((lane) => lane.prepare()));
  assert.equal(await loadPoints(), await loadPoints());
  assert.equal(lanes[0]?.prepare(), lanes[0]?.prepare());
});
