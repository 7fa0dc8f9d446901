import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { after, test } from "node:test";
import { until } from "../../support/until.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  spawnAssay,
  startValidator,
} from "../../support/validator/validator.ts";

// Every way in which an operator or a supervisor asks a validator to stop, and where it listens.

const dir = dataDirWith({});
after(() => removeDir(dir));

for (const signal of ["SIGHUP", "SIGQUIT", "SIGINT"] as const)
  test(`${signal} finishes what is running and ends with 0, also when it arrives twice at once`, async () => {
    const validator = await startValidator(dir);
    validator.process.kill(signal);
    validator.process.kill(signal);
    assert.deepEqual(await once(validator.process, "exit"), [0, null]);
    assert.match(
      validator.stderr(),
      new RegExp(`assay: ${signal} received, draining\n[^]*assay: stopped\n$`),
    );
  });

test("SIGUSR1 opens no inspector", async () => {
  const validator = await startValidator(dir);
  validator.process.kill("SIGUSR1");
  assert.equal((await fetch(`${validator.url}/healthz`)).status, 200);
  assert.equal(await validator.stop(), 0);
  assert.doesNotMatch(validator.stderr(), /Debugger listening/);
});

test("npm run passes a supervisor's signal on, and nothing is left running", async () => {
  const args = ["run", "--silent", "assay", "--", "up", "--data", dir, "--port", "0"];
  const child = spawn("npm", args, {
    cwd: resolve(import.meta.dirname, "../../.."),
    detached: true,
    env: { ...process.env, ASSAY_OBSERVE_METRICS: "off" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  await until(() => stdout.includes("listening on "));
  const closed = once(child, "close");
  child.kill("SIGTERM");
  await closed;
  assert.match(stderr, /assay: stopped\n/);
  assert.throws(() => process.kill(-(child.pid ?? 0), 0), { code: "ESRCH" });
});

test("host and port come from the file or the environment, and flags override them", async () => {
  const named = dataDirWith({ http: { host: "127.0.0.2", port: 0 } });
  const env = { ASSAY_HTTP_HOST: "127.0.0.3" };
  const runs: readonly (readonly [readonly string[], NodeJS.ProcessEnv, string])[] = [
    [[], {}, "127.0.0.2"],
    [[], env, "127.0.0.3"],
    [["--host", "127.0.0.4"], env, "127.0.0.4"],
  ];
  for (const [args, vars, host] of runs) {
    const validator = spawnAssay(["up", "--data", named, ...args], vars);
    await until(() => validator.stdout().includes("listening on "));
    assert.match(validator.stdout(), new RegExp(`^listening on http://${host}:\\d+$`, "m"));
    validator.process.kill("SIGTERM");
    await once(validator.process, "exit");
  }
  removeDir(named);
});

test("a host that is not of this machine is not called a busy port", async () => {
  for (const host of ["203.0.113.9", "no.such.host.invalid"]) {
    const { code, stderr } = await runAssay(["up", "--data", dir, "--host", host, "--port", "0"]);
    assert.deepEqual([code, /\(address_unusable\)/.test(stderr)], [1, true], stderr);
    assert.match(stderr, new RegExp(`${host}:0 cannot be listened on: .*http\\.host`));
  }
});
