import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../support/until.ts";
import { operatorAsks } from "../support/validator/operator.ts";
import { dataDirWith, entry, removeDir, spawnAssay, startValidator } from "../support/validator/validator.ts";

// A validator whose log cannot be written goes on; one whose store is gone ends.

/** Starts a validator whose stderr goes where the shell says; its stdout is read. */
async function startWithStderr(dir: string, redirect: string) {
  const env = { ...process.env, ASSAY_OBSERVE_METRICS_SOCKET: "metrics.sock" };
  const args = ["up", "--data", dir, "--port", "0", "--log-level", "debug"];
  const script = `exec "$0" "$@" ${redirect}`;
  const child = spawn("bash", ["-c", script, process.execPath, entry, ...args], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let out = "";
  child.stdout.on("data", (chunk) => {
    out += chunk;
  });
  await until(() => /^listening on (http:\S+)$/m.test(out) || child.exitCode !== null);
  const url = /^listening on (http:\S+)$/m.exec(out)?.[1] ?? assert.fail(`ended with ${child.exitCode}`);
  return { child, url };
}

for (const [what, redirect] of [
  ["nobody reads", "2> >(exec sleep 60 > /dev/null)"],
  ["whose reader is gone", "2> >(exec true > /dev/null)"],
  ["that is full", "2> /dev/full"],
] as const) {
  test(`a log destination ${what} neither stops nor ends the validator, nor keeps it from stopping`, async (t) => {
    const dir = dataDirWith({});
    t.after(() => removeDir(dir));
    const { child, url } = await startWithStderr(dir, redirect);
    const asked = await Promise.all(Array.from({ length: 400 }, () => fetch(`${url}/v1/status`)));
    assert.ok(asked.every(({ status }) => status === 200));
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
  });
}

test("a validator whose database is deleted ends non-zero with the cause", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const validator = await startValidator(dir);
  const gone = once(validator.process, "exit");
  rmSync(join(dir, "assay.db"));
  const order = { hotkey: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", tempos: 1, reason: "a test" };
  const answer = await operatorAsks(validator, "POST", "/v1/admin/skiplist", order);
  assert.equal(answer.status, 503);
  assert.deepEqual(await gone, [1, null]);
  assert.match(validator.stderr(), /deleted or replaced.*\(store_lost\)/);
  const again = spawnAssay(["up", "--data", dir, "--port", "0"]);
  assert.deepEqual(await once(again.process, "close"), [1, null]);
  assert.match(again.stderr(), /the file is missing, but its .*\(store_corrupt\)/);
  assert.ok(!existsSync(join(dir, "assay.db")));
  assert.ok(readFileSync(join(dir, "assay.db.mark")).length > 0);
});
