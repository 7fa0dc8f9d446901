import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type AlertRule, alertRules } from "../../../src/core/alert.ts";
import { type Receiver, startReceiver } from "../../support/alerts/receiver.ts";
import { metricIn } from "../../support/observe/scrape.ts";
import { until } from "../../support/until.ts";
import { operatorAsks } from "../../support/validator/operator.ts";
import {
  dataDirWith,
  removeDir,
  runAssay,
  startValidator,
  type Validator,
} from "../../support/validator/validator.ts";

interface Told {
  readonly alerts: readonly { readonly rule: string; readonly state: string; readonly fired_at: number }[];
  readonly validator: { readonly hotkey: string };
  readonly test: boolean;
}

interface Listed {
  readonly items: readonly { readonly rule: string; readonly state: string; readonly text: string }[];
  readonly history: readonly { readonly rule: string; readonly what: string; readonly text: string }[];
}

/** What the webhook was told, one word per change, in order. */
function changesOf(receiver: Receiver): string[] {
  return receiver
    .bodies<Told>("/hook")
    .filter((body) => !body.test)
    .flatMap(({ alerts }) => alerts.map(({ rule, state }) => `${rule} ${state}`));
}

/** `only`: the rules that are looked at, where a busy machine, on which others hold too, must not change the messages. */
function dataDirFor(t: TestContext, receiver: Receiver, only: readonly AlertRule[] = alertRules): string {
  const off = alertRules.filter((rule) => !only.includes(rule));
  const alerts = {
    rules: Object.fromEntries(off.map((rule) => [rule, { enabled: false }])),
    ...{ evaluate_s: 0.2, for: 1, digest_s: 0, refusal_window_s: 1, restarts_per_hour: 1 },
    sinks: [
      { kind: "webhook", url: `${receiver.url}/hook`, secret_file: "keys/hook.secret" },
      { kind: "alertmanager", url: `${receiver.url}/am` },
      { kind: "slack", name: "chat", url: `${receiver.url}/chat/SECRETPATH` },
    ],
    heartbeat: { url: `${receiver.url}/beat`, every_s: 0.2 },
  };
  const dir = dataDirWith({
    observe: { alerts },
    chain: { block_ms: 100, tempo: 10 },
  });
  t.after(() => removeDir(dir));
  return dir;
}

const preload = pathToFileURL(join(import.meta.dirname, "../../support/validator/steppedDate.mjs")).href;

async function started(t: TestContext, dir: string): Promise<Validator> {
  const file = join(dir, "clock-offset");
  writeFileSync(file, "0");
  const env = { TEST_CLOCK_FILE: file, NODE_OPTIONS: `--import ${preload}` };
  const validator = await startValidator(dir, [], null, env);
  t.after(() => validator.kill());
  return validator;
}

const listOf = async (validator: Validator): Promise<Listed> =>
  (await operatorAsks<Listed>(validator, "GET", "/v1/admin/alerts")).document;

/** Another process takes the write lock of the store; returns what gives it back. */
function lockStore(dir: string): () => void {
  const db = new DatabaseSync(join(dir, "assay.db"), { timeout: 2000 });
  db.exec("BEGIN IMMEDIATE");
  return () => {
    db.exec("ROLLBACK");
    db.close();
  };
}

/** What was told of one rule, in order: a slow machine may raise others. */
const toldOf = (receiver: Receiver, rule: string): string[] =>
  changesOf(receiver).filter((change) => change.startsWith(`${rule} `));

/** Raises an alert by a fault, takes the fault away when it was told, and waits until its end was told. */
async function raised(
  receiver: Receiver,
  rule: string,
  fault: () => Promise<unknown>,
  end: () => unknown,
): Promise<void> {
  const before = toldOf(receiver, rule).length;
  const done = fault();
  await until(() => toldOf(receiver, rule).slice(before).includes(`${rule} firing`));
  await done;
  await end();
  await until(() => toldOf(receiver, rule).slice(before).includes(`${rule} resolved`));
}

const nothing = (): void => {};

/** Less than the second for which a write waits. */
async function slowStore(dir: string): Promise<void> {
  const unlock = lockStore(dir);
  await sleep(700);
  unlock();
}

async function badRequests({ url }: Validator): Promise<void> {
  const body = JSON.stringify({ challenge_id: `pm-t1-e1-${"a".repeat(24)}`, solution: "v 1 0" });
  const headers = { "content-type": "application/json" };
  for (let i = 0; i < 25; i++)
    assert.equal((await fetch(`${url}/v1/submissions`, { method: "POST", headers, body })).status, 401);
}

test("each alert is raised by its fault and resolved after it, and every sink is told", async (t) => {
  const receiver = await startReceiver(t);
  const dir = dataDirFor(t, receiver);
  const validator = await started(t, dir);
  const mark = join(dir, "keys", "publishing.mark.json");
  await until(() => existsSync(mark));
  await Promise.all([
    raised(receiver, "refusals", () => badRequests(validator), nothing),
    raised(receiver, "store_slow", () => slowStore(dir), nothing),
  ]);
  // The mark cannot be replaced, so that nothing is signed.
  const late = async (): Promise<void> => {
    renameSync(mark, `${mark}.kept`);
    mkdirSync(mark);
  };
  await raised(receiver, "weights_late", late, () => {
    rmdirSync(mark);
    renameSync(`${mark}.kept`, mark);
  });
  let unlock = nothing;
  const lock = async (): Promise<void> => {
    unlock = lockStore(dir);
  };
  await raised(receiver, "store_failing", lock, () => unlock());
  const step = async (): Promise<void> => writeFileSync(join(dir, "clock-offset"), "300000");
  await raised(receiver, "clock_drift", step, () =>
    operatorAsks(validator, "POST", "/v1/admin/clock", { accept: true, reason: "set by hand" }),
  );

  // The step made a period late, until the next one was signed.
  while ((await listOf(validator)).items.some(({ state }) => state === "firing")) await sleep(50);
  assertSinks(receiver, dir);
  const metrics = await validator.metrics();
  for (const sink of ["webhook", "alertmanager", "chat", "heartbeat"])
    assert.ok(metricIn(metrics, "assay_alert_deliveries_total", { sink, result: "delivered" }) > 0, sink);
  assert.match(metrics, /^assay_alerts_firing\{severity="critical"\} 0$/m);
  assert.equal(await validator.stop(), 0);
  assert.ok(!validator.stderr().includes("SECRETPATH"));
});

/** What each kind of receiver got of the alert about refusals. */
function assertSinks(receiver: Receiver, dir: string): void {
  const secret = readFileSync(join(dir, "keys", "hook.secret"), "utf8").trim();
  for (const { headers, body } of receiver.received.filter(({ path }) => path === "/hook")) {
    const hmac = createHmac("sha256", secret).update(`${headers["assay-timestamp"]}.${body}`).digest("hex");
    assert.equal(headers["assay-signature"], `sha256=${hmac}`);
    assert.equal(headers["assay-delivery"], (JSON.parse(body) as { id: string }).id);
  }
  const posted = receiver
    .bodies<{ labels: { alertname: string }; startsAt: string; endsAt: string }[]>("/am/api/v2/alerts")
    .flat()
    .filter(({ labels }) => labels.alertname === "refusals");
  const [first, last] = [posted[0], posted.at(-1)];
  assert.ok(first !== undefined && last !== undefined && posted.length > 1);
  assert.equal(first.startsAt, last.startsAt);
  assert.ok(first.endsAt > last.endsAt, "what fires ends later than what was resolved");
  const texts = receiver.bodies<{ text: string }>("/chat/SECRETPATH").map(({ text }) => text);
  assert.ok(texts.some((text) => /^Assay local\/0, .*\nFIRING \(warning\) refusals: 100 % of /m.test(text)));
  assert.ok(texts.some((text) => text.includes("RESOLVED refusals: ")));
  assert.ok(receiver.received.some(({ method, path }) => method === "GET" && path === "/beat"));
}

/** Some evaluations later. */
async function later(beats: () => number): Promise<void> {
  const before = beats();
  await until(() => beats() > before + 2);
}

test("a restart forgets no mute, tells nothing again and loses no end", async (t) => {
  const receiver = await startReceiver(t);
  const dir = dataDirFor(t, receiver, ["restarts", "weights_missed"]);
  const access = (url: string): string[] => ["--url", url, "--data", dir, "--json"];
  const beats = (): number => receiver.received.filter(({ path }) => path === "/beat").length;
  const told = (): string[] => toldOf(receiver, "restarts");
  const missed = (): string[] => toldOf(receiver, "weights_missed");
  const first = await started(t, dir);
  const why = ["--for", "2h", "--reason", "moved to another host"];
  const muted = await runAssay(["alerts", "mute", "restarts", ...why, ...access(first.url)]);
  assert.deepEqual([muted.code, muted.stderr], [0, ""]);
  const mark = join(dir, "keys", "publishing.mark.json");
  await until(() => existsSync(mark));
  await first.kill();

  // As beside a store that was restored from a backup: the mark of what was signed is ahead of it.
  const signed = readFileSync(mark, "utf8");
  const ahead = (JSON.parse(signed) as { period: number }).period + 10_000;
  writeFileSync(mark, JSON.stringify({ period: ahead, intent_sha256: null }));
  const second = await started(t, dir);
  await until(() => missed().length > 0);
  // By then it is on record that it was told.
  await later(beats);
  await second.kill();

  writeFileSync(mark, signed);
  const third = await started(t, dir);
  await until(() => missed().length > 1);
  assert.deepEqual(missed(), ["weights_missed firing", "weights_missed resolved"]);
  const { items, history } = await listOf(third);
  const restarts = items.find(({ rule }) => rule === "restarts");
  assert.equal(restarts?.state, "muted");
  assert.match(restarts.text, /was started again 2 times within/);
  assert.ok(history.some(({ what, text }) => what === "muted" && text === "moved to another host"));
  assert.deepEqual(told(), []);
  receiver.answer(500, "the receiver is down");
  const unmuted = await operatorAsks(third, "DELETE", "/v1/admin/alerts/mutes/restarts");
  assert.equal(unmuted.status, 200);
  await until(() => told().length > 0);
  const tested = await runAssay(["alerts", "test", ...access(third.url)]);
  assert.equal(tested.code, 1);
  assert.deepEqual((JSON.parse(tested.stdout) as { items: unknown[] }).items[0], {
    ...{ sink: "webhook", kind: "webhook", ok: false, status: 500 },
    error: "it answered 500: the receiver is down",
  });
  await third.kill();

  // What was not taken is told by the next start.
  receiver.answer(200);
  const failed = told().length;
  await started(t, dir);
  await until(() => told().length > failed);
  await later(beats);
  assert.equal(told().length, failed + 1);
  const ids = receiver
    .bodies<Told & { id: string }>("/hook")
    .filter(({ test: isTest, alerts }) => !isTest && alerts.every(({ rule }) => rule === "restarts"))
    .map(({ id }) => id);
  assert.equal(new Set(ids).size, 1, "the receiver sees that it is the same message");
});
