import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import type { CampaignResult } from "../../../sim/campaign/result.ts";

const run = promisify(execFile);
const entry = resolve(import.meta.dirname, "../../../bin/assay.js");

test("under the defaults every strategy that cheats loses, and greed gains nothing", async () => {
  // Exit status 0, or this rejects.
  const command = ["simulate", "campaign", "--seeds", "3", "--first-seed", "4", "--duration", "3d", "--json"];
  const { stdout } = await run(process.execPath, [entry, ...command]);
  const { complete, strategies, honest_suspensions, seeds } = JSON.parse(stdout) as CampaignResult;
  assert.equal(complete, true);
  assert.deepEqual(seeds, [4, 5, 6]);
  assert.equal(honest_suspensions, 0);
  const verdicts = Object.fromEntries(strategies.map(({ strategy, verdict }) => [strategy, verdict]));
  const { congestor, ...others } = verdicts;
  assert.notEqual(congestor, "profits");
  const kinds = ["always", "trickle", "burst", "sleeper", "copy", "abort", "sybil", "predictor", "lazy"];
  assert.deepEqual(others, Object.fromEntries(kinds.map((kind) => [kind, "loses"])));
});
