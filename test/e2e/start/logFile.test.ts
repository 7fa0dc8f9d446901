import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../../support/until.ts";
import { dataDirWith, removeDir, runAssay, startValidator } from "../../support/validator/validator.ts";

// A log in a file of its own, rotated while the validator runs. A file that takes no more: test/unit/observe/logFile.test.ts.

const eventsIn = (path: string): unknown[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { event: unknown }).event);

test("a log file is opened anew at SIGHUP, which does not stop the validator", async (t) => {
  const dir = dataDirWith({ observe: { log_file: "assay.log" } });
  t.after(() => removeDir(dir));
  const path = join(dir, "assay.log");
  const validator = await startValidator(dir);
  t.after(() => validator.kill());
  renameSync(path, `${path}.1`);
  validator.process.kill("SIGHUP");
  await until(() => existsSync(path) && readFileSync(path, "utf8").endsWith("\n"));
  assert.equal((await fetch(`${validator.url}/healthz`)).status, 200);
  assert.equal(await validator.stop(), 0);
  assert.ok(eventsIn(`${path}.1`).includes("started"));
  assert.equal(eventsIn(path)[0], "log_file_reopened");
  assert.equal(eventsIn(path).at(-1), "stopped");
  assert.equal(statSync(path).mode & 0o137, 0);
  assert.doesNotMatch(validator.stderr(), /"event"/);
});

test("a log file that cannot be opened stops the start", async (t) => {
  const dir = dataDirWith({});
  t.after(() => removeDir(dir));
  const refused = await runAssay(["up", "--data", dir, "--port", "0", "--log-file", join(dir, "no", "log")]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /no\/log cannot be used: the log cannot be written there: ENOENT/);
});
