import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { until } from "../../support/until.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  spawnAssay,
  startValidator,
  temporaryDir,
} from "../../support/validator/validator.ts";

// A start that cannot be trusted is refused, with the file and what to do.

async function refusedStart(dir: string, code: string, file: RegExp): Promise<void> {
  const { code: status, stdout, stderr } = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, new RegExp(`\\(${code}\\)`));
  assert.match(stderr, file);
  removeDir(dir);
}

test("a missing secret", async () => {
  await refusedStart(temporaryDir(), "secret_missing", /challenge\.secret/);
});

test("a short secret: 31 bytes are refused, 32 start", async () => {
  const short = dataDirWith({});
  writeFileSync(join(short, "keys/challenge.secret"), `${"x".repeat(31)}\n`);
  await refusedStart(short, "secret_too_short", /challenge\.secret/);
  const enough = dataDirWith({});
  writeFileSync(join(enough, "keys/challenge.secret"), "x".repeat(32));
  const validator = await startValidator(enough);
  assert.equal(await validator.stop(), 0);
  removeDir(enough);
});

test("a secret that is a directory", async () => {
  const dir = dataDirWith({});
  rmSync(join(dir, "keys/challenge.secret"));
  mkdirSync(join(dir, "keys/challenge.secret"));
  await refusedStart(dir, "file_unreadable", /challenge\.secret/);
});

test("a malformed hotkey file, an encrypted one, a malformed publishing key", async () => {
  const hotkey = dataDirWith({});
  writeFileSync(join(hotkey, "keys/hotkey.json"), "{");
  await refusedStart(hotkey, "key_malformed", /hotkey\.json/);
  const encrypted = dataDirWith({});
  writeFileSync(join(encrypted, "keys/hotkey.json"), "$NACL...");
  await refusedStart(encrypted, "key_encrypted", /hotkey\.json/);
  const publishing = dataDirWith({});
  writeFileSync(join(publishing, "keys/publishing.json"), `{"kty":"OKP"}`);
  await refusedStart(publishing, "key_malformed", /publishing\.json/);
});

test("a corrupt store is refused and left as it is", async () => {
  const dir = dataDirWith({});
  const file = join(dir, "assay.db");
  writeFileSync(file, "this is not a database, however long it may be ".repeat(200));
  const before = readFileSync(file);
  const { code, stderr } = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.equal(code, 1);
  assert.match(stderr, /assay\.db/);
  assert.match(stderr, /store_corrupt/);
  assert.deepEqual(readFileSync(file), before);
  removeDir(dir);
});

test("a truncated store is refused", async () => {
  const dir = dataDirWith({});
  const validator = await startValidator(dir);
  await validator.stop();
  const file = join(dir, "assay.db");
  truncateSync(file, Math.floor(statSync(file).size / 2) - 100);
  await refusedStart(dir, "store_corrupt", /assay\.db/);
});

test("a rate below the floor", async () => {
  await refusedStart(dataDirWith({ lanes: { sat: { rate: "1/1000" } } }), "rate_below_floor", /sat/);
});

test("an invalid configuration: every fault in one report, the nearest key named", async () => {
  const dir = dataDirWith({ chalenge: {}, admit: { gate: { slots: 0 } } });
  const { code, stderr } = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.equal(code, 1);
  assert.match(stderr, /chalenge: unknown key; did you mean "challenge"\?/);
  assert.match(stderr, /admit\.gate\.slots/);
  removeDir(dir);
});

test("a second validator on one data directory, and on one port", async () => {
  const dir = dataDirWith({});
  const validator = await startValidator(dir);
  const second = await runAssay(["up", "--data", dir, "--port", "0"]);
  assert.deepEqual([second.code, /store_in_use/.test(second.stderr)], [1, true]);
  const other = dataDirWith({});
  const port = new URL(validator.url).port;
  const third = await runAssay(["up", "--data", other, "--port", port]);
  assert.deepEqual([third.code, /address_in_use/.test(third.stderr)], [1, true]);
  assert.equal(await validator.stop(), 0);
  removeDir(dir);
  removeDir(other);
});

test("metrics stand at no public door, and their address in use stops nothing", async () => {
  const dir = dataDirWith({});
  const validator = await startValidator(dir);
  assert.match(await validator.metrics(), /^# TYPE assay_draws_total counter$/m);
  assert.equal((await fetch(`${validator.url}/metrics`)).status, 404);
  assert.match(validator.stderr(), /metrics\.sock.*"metrics_listening"/);
  assert.equal(await validator.stop(), 0);
  assert.ok(!existsSync(join(dir, "metrics.sock")), "closed with the validator");

  const holder = createServer().listen(0, "127.0.0.1");
  await once(holder, "listening");
  const { port } = holder.address() as AddressInfo;
  const env = { ASSAY_OBSERVE_METRICS_SOCKET: undefined, ASSAY_OBSERVE_METRICS_PORT: `${port}` };
  const other = spawnAssay(["up", "--data", dir, "--port", "0"], env);
  await until(() => /^listening on http/m.test(other.stdout()));
  assert.match(other.stderr(), /observe\.metrics: cannot listen at .*"metrics_not_listening"/);
  other.process.kill("SIGTERM");
  assert.deepEqual(await once(other.process, "exit"), [0, null]);
  const doctor = await runAssay(["doctor", "--data", dir], env);
  assert.deepEqual([doctor.code, /WARN +metrics +observe\.metrics: /.test(doctor.stdout)], [0, true]);
  holder.close();
  removeDir(dir);
});

test("keys are made with mode 0600 and never printed", async () => {
  const dir = dataDirWith({});
  const validator = await startValidator(dir, ["--log-level", "debug"]);
  assert.equal(await validator.stop(), 0);
  for (const file of ["hotkey.json", "publishing.json", "admin.token"])
    assert.equal(statSync(join(dir, "keys", file)).mode & 0o777, 0o600, file);
  const printed = validator.stdout() + validator.stderr();
  const secrets = [
    readFileSync(join(dir, "keys/challenge.secret"), "utf8").trim(),
    readFileSync(join(dir, "keys/admin.token"), "utf8").trim(),
    (JSON.parse(readFileSync(join(dir, "keys/publishing.json"), "utf8")) as { d: string }).d,
    (JSON.parse(readFileSync(join(dir, "keys/hotkey.json"), "utf8")) as { secretPhrase: string })
      .secretPhrase,
  ];
  for (const secret of secrets) assert.ok(!printed.includes(secret));
  removeDir(dir);
});
