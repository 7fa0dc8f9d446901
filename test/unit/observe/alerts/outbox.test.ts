import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { AlertRecord, AlertTold } from "../../../../src/core/alert.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { Outbox, type Outgoing } from "../../../../src/observe/alerts/outbox.ts";
import { alertmanagerFormat, RESEND_MS } from "../../../../src/observe/alerts/sinks/alertmanager.ts";
import type { Delivery } from "../../../../src/observe/alerts/sinks/courier.ts";
import type { Batch } from "../../../../src/observe/alerts/sinks/notice.ts";
import { Counts } from "../../../support/counts.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

const source = { validator: "5H", network: "local", netuid: 0, version: "1" };
const took: Delivery = { ok: true, status: 200, error: null };
const refused: Delivery = { ok: false, status: 503, error: "it answered 503" };

function alert(rule: AlertRecord["rule"], change: Partial<AlertRecord> = {}, muted = false): Outgoing {
  const record: AlertRecord = {
    ...{ rule, state: "firing", text: rule, value: null, threshold: null, since: 1, count: 0 },
    ...{ firedAt: 2, resolvedAt: null, ...change },
  };
  return { record, severity: "warning", muted };
}
const ended = (rule: AlertRecord["rule"], muted = false): Outgoing =>
  alert(rule, { state: "resolved", resolvedAt: 3 }, muted);

/** An outbox under a clock and timers of the test; what it sent, one list of changes per message. */
function make(t: TestContext, { resendMs = null as number | null } = {}) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const clock = new FakeClock(1_700_000_000_000);
  const deliveries = new Counts();
  const sent: { id: string; changes: string[]; firing: number }[] = [];
  const state = { answer: took, saved: [] as AlertTold[], storeFails: false };
  const format = (batch: Batch) => {
    const changes = batch.changes.map(({ rule, state: is }) => `${rule} ${is}`);
    sent.push({ id: batch.id, changes, firing: batch.firing.length });
    return alertmanagerFormat(null)(batch, source);
  };
  const outbox = new Outbox(
    {
      sink: { name: "ops", kind: "webhook", url: "http://h/x", format, resendMs },
      ...{ source, digestMs: 100, backoff: { firstMs: 1000, mostMs: 4000 } },
    },
    {
      courier: { send: async () => state.answer },
      save: async (told) => {
        if (state.storeFails) throw new Error("down");
        state.saved.push(...told);
      },
      random: { bytes: () => new Uint8Array(), unit: () => 1, uuid: () => `u${sent.length}` },
      ...{ clock, log: silentLog, deliveries: deliveries.counter("deliveries") },
    },
  );
  /** Lets time pass, and what follows happen. */
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    t.mock.timers.tick(ms);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  };
  return { outbox, sent, state, pass, deliveries };
}

test("what changes within the digest is one message, and is told once", async (t) => {
  const { outbox, sent, state, pass } = make(t);
  outbox.update([alert("restarts")]);
  await pass(50);
  outbox.update([alert("restarts"), alert("store_slow")]);
  await pass(49);
  assert.deepEqual(sent, []);
  await pass(1);
  assert.deepEqual(
    sent.map(({ changes }) => changes),
    [["restarts firing", "store_slow firing"]],
  );
  assert.deepEqual(
    state.saved.map(({ rule }) => rule),
    ["restarts", "store_slow"],
  );
  outbox.update([alert("restarts"), ended("store_slow")]);
  await pass(100);
  outbox.update([alert("restarts"), ended("store_slow")]);
  await pass(10_000);
  assert.deepEqual(
    sent.slice(1).map(({ changes }) => changes),
    [["store_slow resolved"]],
  );
});

test("a message that is not taken is tried again, later each time, with the same id and with what changed since", async (t) => {
  const { outbox, sent, state, pass, deliveries } = make(t);
  state.answer = refused;
  outbox.update([alert("restarts")]);
  await pass(100);
  await pass(999);
  assert.equal(sent.length, 1);
  await pass(1);
  assert.equal(sent.length, 2);
  assert.equal(sent[0]?.id, sent[1]?.id);
  outbox.update([alert("restarts"), alert("store_slow")]);
  await pass(1999);
  assert.equal(sent.length, 2);
  await pass(1);
  assert.deepEqual(sent[2]?.changes, ["restarts firing", "store_slow firing"]);
  assert.notEqual(sent[2]?.id, sent[1]?.id, "it is another message");
  await pass(4000);
  await pass(4000);
  assert.equal(sent.length, 5, "no wait is longer than the longest");
  state.answer = took;
  await pass(4000);
  outbox.update([alert("restarts"), alert("store_slow")]);
  await pass(10_000);
  assert.equal(sent.length, 6);
  assert.equal(deliveries.get("deliveries", { sink: "ops", result: "failed" }), 5);
  assert.equal(deliveries.get("deliveries", { sink: "ops", result: "delivered" }), 1);
});

test("after a restart only what was not told is told; a new sink is not told what is over", async (t) => {
  const { outbox, sent, pass } = make(t);
  const told: AlertTold = { sink: "ops", rule: "restarts", state: "firing", firedAt: 2 };
  const slow: AlertTold = { ...told, rule: "store_slow" };
  const now = [alert("restarts"), ended("store_slow"), ended("refusals"), alert("clock_drift")];
  outbox.load(
    [told, slow],
    now.map(({ record }) => record),
  );
  outbox.update(now);
  await pass(100);
  assert.deepEqual(
    sent.map(({ changes }) => changes),
    [["store_slow resolved", "clock_drift firing"]],
  );
});

test("an alert that fires anew is told anew, also when its first end was never told", async (t) => {
  const { outbox, sent, pass } = make(t);
  outbox.load([{ sink: "ops", rule: "restarts", state: "firing", firedAt: 2 }], []);
  outbox.update([alert("restarts", { firedAt: 9 })]);
  await pass(100);
  assert.deepEqual(
    sent.map(({ changes }) => changes),
    [["restarts firing"]],
  );
});

test("of a muted rule nobody is told, but for the end of what was told before", async (t) => {
  const { outbox, sent, state, pass } = make(t);
  outbox.update([alert("restarts", {}, true), alert("store_slow")]);
  await pass(100);
  outbox.update([alert("restarts", {}, true), ended("store_slow", true)]);
  await pass(100);
  assert.deepEqual(
    sent.map(({ changes }) => changes),
    [["store_slow firing"], ["store_slow resolved"]],
  );
  outbox.update([ended("restarts", true)]);
  await pass(100);
  outbox.update([ended("restarts")]);
  await pass(10_000);
  assert.equal(sent.length, 2, "what began and ended while it was muted is not told later");
  assert.ok(state.saved.some(({ rule }) => rule === "restarts"));
});

test("what still fires when its mute ends is told then", async (t) => {
  const { outbox, sent, pass } = make(t);
  outbox.update([alert("restarts", {}, true)]);
  await pass(1000);
  assert.deepEqual(sent, []);
  outbox.update([alert("restarts")]);
  await pass(100);
  assert.deepEqual(
    sent.map(({ changes }) => changes),
    [["restarts firing"]],
  );
});

test("Alertmanager is sent what fires every minute, and nothing when nothing does", async (t) => {
  const { outbox, sent, pass } = make(t, { resendMs: RESEND_MS });
  outbox.update([alert("restarts")]);
  await pass(100);
  await pass(RESEND_MS - 1);
  outbox.update([alert("restarts")]);
  await pass(0);
  assert.equal(sent.length, 1);
  await pass(1);
  outbox.update([alert("restarts")]);
  await pass(0);
  assert.deepEqual(
    sent.map(({ changes, firing }) => [changes.length, firing]),
    [
      [1, 1],
      [0, 1],
    ],
  );
  outbox.update([ended("restarts")]);
  await pass(100);
  await pass(RESEND_MS);
  outbox.update([ended("restarts")]);
  await pass(0);
  assert.equal(sent.length, 3);
});

test("what was told and could not be recorded is recorded with the next evaluation, and not told again", async (t) => {
  const { outbox, sent, state, pass } = make(t);
  state.storeFails = true;
  outbox.update([alert("restarts")]);
  await pass(100);
  assert.deepEqual([sent.length, state.saved.length], [1, 0]);
  state.storeFails = false;
  outbox.update([alert("restarts")]);
  await pass(100);
  assert.deepEqual([sent.length, state.saved.length], [1, 1]);
});

test("an outbox that was stopped tells nothing", async (t) => {
  const { outbox, sent, pass } = make(t);
  outbox.update([alert("restarts")]);
  outbox.stop();
  await pass(10_000);
  assert.deepEqual(sent, []);
});
