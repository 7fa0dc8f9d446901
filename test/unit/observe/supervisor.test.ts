import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import type { Log } from "../../../src/core/log.ts";
import { silentLog } from "../../../src/core/log.ts";
import { pingPauseMs, Supervisor } from "../../../src/observe/supervisor.ts";
import { SystemdNotify } from "../../../src/observe/systemdNotify.ts";
import { until } from "../../support/until.ts";
import { removeDir, temporaryDir } from "../../support/validator/validator.ts";

const dir = temporaryDir();
after(() => removeDir(dir));
let made = 0;

/** A program that says in a file what it was asked to send, and what else the script does. */
function program(script = ""): { readonly path: string; sent(): string[] } {
  const [path, file] = [join(dir, `notify${++made}`), join(dir, `sent${made}`)];
  writeFileSync(path, `#!/bin/sh\necho "$*" >> "${file}"\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, sent: () => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []) };
}

function errorsOf(): { readonly log: Log; readonly errors: [string, Record<string, unknown>][] } {
  const errors: [string, Record<string, unknown>][] = [];
  const error = (event: string, data: object = {}) =>
    void errors.push([event, data as Record<string, unknown>]);
  return { errors, log: { ...silentLog, error } };
}

const asked = { ...process.env, NOTIFY_SOCKET: "/run/none", WATCHDOG_USEC: "20000" };
const supervisor = (env: NodeJS.ProcessEnv, path: string, log = silentLog) =>
  new Supervisor({ env, pid: 7, program: path }, { log });

test("pings come twice as often as systemd waits for them, and only where it waits for this process", () => {
  const pause = (env: NodeJS.ProcessEnv) => pingPauseMs(env, 7);
  assert.equal(pause({ WATCHDOG_USEC: "3000000" }), 1500);
  assert.equal(pause({ WATCHDOG_USEC: "3000000", WATCHDOG_PID: "7" }), 1500);
  assert.equal(pause({ WATCHDOG_USEC: "1" }), 1);
  assert.equal(pause({ WATCHDOG_USEC: "999999999999" }), 60_000);
  for (const env of [{}, { WATCHDOG_USEC: "3000000", WATCHDOG_PID: "8" }])
    assert.equal(pause(env), null, JSON.stringify(env));
  for (const text of ["", "0", "-1", "1e9", "x", "1234567890123456"])
    assert.equal(pause({ WATCHDOG_USEC: text }), null, text);
});

test("ready, then alive while the store answers, then stopping and nothing more", async () => {
  const { path, sent } = program();
  const one = supervisor(asked, path);
  one.ready("listening on http://x", async () => undefined);
  await until(() => sent().length > 3);
  one.stopping();
  await until(() => sent().includes("STOPPING=1 STATUS=draining"));
  const [first, ...rest] = sent();
  assert.equal(first, "READY=1 STATUS=listening on http://x");
  assert.equal(rest.pop(), "STOPPING=1 STATUS=draining");
  assert.deepEqual([...new Set(rest)], ["WATCHDOG=1"]);
});

test("no ping while the store hangs or fails, which is logged once; pings go on with its next answer", async () => {
  for (const trouble of [
    () => new Promise<void>(() => undefined),
    () => Promise.reject(new Error("no disk")),
  ]) {
    const { path, sent } = program();
    const { log, errors } = errorsOf();
    let answers: () => Promise<void> = trouble;
    let questions = 0;
    const one = supervisor(asked, path, log);
    const { promise: freed, resolve: free } = Promise.withResolvers<void>();
    one.ready("up", () => {
      questions++;
      return Promise.race([answers(), freed.then(() => undefined)]);
    });
    await until(() => errors.length > 0);
    await until(() => sent().length > 0);
    assert.deepEqual(sent(), ["READY=1 STATUS=up"]);
    answers = async () => undefined;
    free();
    await until(() => sent().length > 2);
    one.stopping();
    assert.deepEqual([errors.map(([event]) => event), questions > 1], [["watchdog_withheld"], true]);
  }
});

test("where no supervisor asks, nothing is sent and the store is not asked", async () => {
  const { path, sent } = program();
  for (const env of [{ ...asked, NOTIFY_SOCKET: "" }, { WATCHDOG_USEC: "1000" }]) {
    let questions = 0;
    const one = supervisor(env, path);
    one.ready("up", async () => void questions++);
    await new Promise((resolve) => setTimeout(resolve, 30));
    one.stopping();
    assert.deepEqual([sent(), questions], [[], 0]);
  }
});

test("one run at a time: what must arrive waits, and pings are dropped meanwhile", async () => {
  const { path, sent } = program("sleep 0.1");
  const notify = new SystemdNotify({ program: path, env: process.env }, { log: silentLog });
  notify.send("READY=1");
  assert.equal(notify.ping(), false);
  notify.send("STOPPING=1");
  assert.equal(notify.ping(), false);
  await until(() => sent().length === 2);
  assert.deepEqual(sent(), ["READY=1", "STOPPING=1"]);
});

test("a missing program is told once, with what to do, and is not tried again", async () => {
  const { log, errors } = errorsOf();
  const one = supervisor(asked, join(dir, "missing"), log);
  let turns = 0;
  one.ready("up", async () => void turns++);
  await until(() => turns > 3);
  one.stopping();
  assert.equal(errors.length, 1);
  const [event, data] = errors[0] ?? [];
  assert.equal(event, "supervisor_not_told");
  assert.match(String(data?.remedy), /install it.*Type=exec/);
});

test("a program that fails or hangs is ended, told once per run of failures, and tried again", async () => {
  const failing = program('echo "no socket" >&2; exit 1');
  const { log, errors } = errorsOf();
  const notify = new SystemdNotify({ program: failing.path, env: process.env }, { log });
  for (let round = 1; round <= 3; round++) {
    await until(() => notify.ping());
    await until(() => failing.sent().length === round && errors.length > 0);
  }
  assert.deepEqual(
    errors.map(([event, data]) => [event, data.cause]),
    [["supervisor_not_told", "status 1: no socket"]],
  );
  const hanging = program("exec sleep 2");
  const told = errorsOf();
  const other = new SystemdNotify({ program: hanging.path, runMs: 50, env: process.env }, { log: told.log });
  other.send("READY=1");
  await until(() => told.errors.length > 0);
  assert.equal(told.errors[0]?.[1].cause, "SIGKILL");
  await until(() => other.ping());
});
