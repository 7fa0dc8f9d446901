import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

// The doctor runs the checks of a start: what it passes, a start takes, and what a start refuses, it names.

interface Finding {
  readonly name: string;
  readonly state: string;
  readonly detail: string;
}

async function failuresOf(dir: string): Promise<string[]> {
  const { code, stdout } = await runAssay(["doctor", "--data", dir, "--json"]);
  const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
  assert.deepEqual([healthy, code], findings.some(({ state }) => state === "fail") ? [false, 1] : [true, 0]);
  return findings.flatMap(({ name, state, detail }) => (state === "fail" ? [`${name}: ${detail}`] : []));
}

/** Whether a start is refused, with this code. */
async function refused(dir: string, code: string): Promise<void> {
  const { code: status, stderr } = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.deepEqual([status, new RegExp(`\\(${code}\\)`).test(stderr)], [1, true], stderr);
}

test("the doctor passes a store beside the validator that has it open, and afterwards", async () => {
  const dir = dataDirWith({});
  const validator = await startValidator(dir);
  assert.deepEqual(await failuresOf(dir), []);
  assert.equal(await validator.stop(), 0);
  assert.deepEqual(await failuresOf(dir), []);
  removeDir(dir);
});

test("what a start refuses, the doctor names: another secret, a changed identity, a missing key", async () => {
  const dir = dataDirWith({});
  await (await startValidator(dir)).stop();
  const secret = join(dir, "keys/challenge.secret");
  const kept = readFileSync(secret);
  writeFileSync(secret, "another-secret-another-secret-another-43-xx");
  await refused(dir, "commitment_unmatched");
  assert.match((await failuresOf(dir)).join("\n"), /^sampling commitments: .*\(commitment_unmatched\)$/m);
  writeFileSync(secret, kept);

  const yaml = join(dir, "assay.yaml");
  writeFileSync(yaml, JSON.stringify({ ...JSON.parse(readFileSync(yaml, "utf8")), netuid: 7 }));
  await refused(dir, "identity_changed");
  assert.match((await failuresOf(dir)).join("\n"), /^identity: /m);
  writeFileSync(yaml, JSON.stringify({ ...JSON.parse(readFileSync(yaml, "utf8")), netuid: 0 }));

  rmSync(join(dir, "keys/publishing.json"));
  await refused(dir, "key_missing");
  assert.match((await failuresOf(dir)).join("\n"), /^publishing key: .*\(key_missing\)$/m);
  removeDir(dir);
});
