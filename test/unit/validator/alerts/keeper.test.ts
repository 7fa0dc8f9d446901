import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertEvent, AlertMute, AlertRecord, AlertRule } from "../../../../src/core/alert.ts";
import { silentLog } from "../../../../src/core/log.ts";
import { noMetrics } from "../../../../src/core/metrics.ts";
import { AssayError } from "../../../../src/core/problems/assayError.ts";
import type { AlertChanges } from "../../../../src/flow/alertStore.ts";
import type { Outbox, Outgoing } from "../../../../src/observe/alerts/outbox.ts";
import { itemsOf } from "../../../../src/validator/alerts/alertHandlers.ts";
import type { AlertChange } from "../../../../src/validator/alerts/book.ts";
import { AlertKeeper } from "../../../../src/validator/alerts/keeper.ts";
import { ProcessWatch } from "../../../../src/validator/alerts/processFacts.ts";
import { wellParts } from "../../../support/alerts/wellParts.ts";
import { FakeClock } from "../../../support/fakeClock.ts";

/** What processes share. */
class SharedRecords {
  readonly records = new Map<AlertRule, AlertRecord>();
  readonly events: AlertEvent[] = [];
  mutes: AlertMute[] = [];
  readonly reports = new Map<number, string>();
  isDown = false;
  leader = 1;

  #answer<T>(value: T): Promise<T> {
    if (this.isDown) return Promise.reject(new AssayError({ code: "store_unavailable", retry_after_s: 1 }));
    return Promise.resolve(value);
  }

  alerts() {
    return this.#answer({ records: [...this.records.values()], mutes: [...this.mutes], told: [] });
  }

  alertEvents(limit: number) {
    return this.#answer(this.events.toReversed().slice(0, limit));
  }

  async unmuteAlert(rule: AlertRule, at: number, text: string): Promise<boolean> {
    await this.#answer(null);
    this.mutes = this.mutes.filter((mute) => mute.rule !== rule);
    this.events.push({ at, rule, what: "unmuted", text });
    return true;
  }

  async reportProcess(node: number, _at: number, body: string): Promise<void> {
    await this.#answer(null);
    this.reports.set(node, body);
  }

  async saveAlerts({ records, dropped, events }: AlertChanges): Promise<void> {
    await this.#answer(null);
    for (const record of records) this.records.set(record.rule, record);
    for (const rule of dropped) this.records.delete(rule);
    this.events.push(...events);
  }
}

/** A process among those that share the records. */
function processOf(shared: SharedRecords, node: number, isEnabled = (_: AlertRule): boolean => true) {
  const clock = new FakeClock(1_700_000_000_000);
  const state = { canary: null as string | null, outgoing: [] as readonly Outgoing[], stopped: 0 };
  const push = {
    canary: { fault: () => state.canary },
    dispatcher: { activeCount: () => 0 },
    proofVerifier: { pendingUnits: () => 0 },
  } as never;
  const watch = new ProcessWatch(`p${node}`, wellParts(clock, { push }));
  const outbox = {
    load: () => {},
    update: (outgoing: readonly Outgoing[]) => {
      state.outgoing = outgoing;
    },
    stop: () => {
      state.stopped++;
    },
  } as unknown as Outbox;
  const isLeader = (): boolean => shared.leader === node && !shared.isDown;
  const keeper = new AlertKeeper(
    { evaluations: 1, everyMs: 1000, isEnabled },
    {
      ...{ store: shared, isLeader, node: () => node, outboxes: [outbox], clock, log: silentLog },
      leaderStore: {
        saveAlerts: (changes) => shared.saveAlerts(changes),
        setNote: async () => void (await shared.alerts()),
      },
      processFacts: (write) => watch.facts(write),
      allFacts: async (own) => ({ processes: [own], weights: null, schema: null, starts: null }),
      metrics: noMetrics,
    },
  );
  const changes: AlertChange[] = [];
  keeper.onChange((change) => changes.push(change));
  const told = (): string[] => state.outgoing.map(({ record }) => `${record.rule} ${record.state}`);
  return { keeper, state, clock, changes, told };
}

test("the leader evaluates and keeps; another process reports, and shows what is on record", async () => {
  const shared = new SharedRecords();
  const [one, two] = [processOf(shared, 1), processOf(shared, 2)];
  one.state.canary = "undetected";
  await one.keeper.tick();
  await two.keeper.tick();
  assert.deepEqual(one.told(), ["canary_undetected firing"]);
  assert.deepEqual([shared.records.get("canary_undetected")?.state, shared.events.length], ["firing", 1]);
  assert.deepEqual([...shared.reports.keys()], [2]);
  assert.match(shared.reports.get(2) ?? "", /"name":"p2"/);
  assert.deepEqual([two.told(), two.keeper.isWell(), one.keeper.isWell()], [[], false, true]);
  const firing = [{ rule: "canary_undetected", state: "firing", severity: "critical" }];
  assert.deepEqual([one.changes, two.changes], [firing, firing]);
  assert.deepEqual(two.keeper.book.counts(0), { firing: 1, pending: 0, muted: 0, worst: "critical" });
});

test("who takes over goes on with what is on record, and who led before tells nothing more", async () => {
  const shared = new SharedRecords();
  const [one, two] = [processOf(shared, 1), processOf(shared, 2)];
  one.state.canary = "undetected";
  await one.keeper.tick();
  shared.leader = 2;
  two.state.canary = "undetected";
  await one.keeper.tick();
  await two.keeper.tick();
  assert.equal(one.state.stopped, 1);
  assert.equal(one.keeper.isWell(), false);
  assert.deepEqual(two.told(), ["canary_undetected firing"]);
  assert.equal(shared.events.length, 1, "it did not fire anew");
});

test("a leader whose store fails goes on by itself, and records what happened when the store is back", async () => {
  const shared = new SharedRecords();
  const { keeper, told, state } = processOf(shared, 1);
  await keeper.tick();
  shared.isDown = true;
  state.canary = "undetected";
  await keeper.tick();
  assert.deepEqual(told().sort(), ["canary_undetected firing", "store_failing firing"]);
  assert.equal(shared.records.size, 0);
  assert.deepEqual(keeper.book.events.map(({ rule }) => rule).sort(), ["canary_undetected", "store_failing"]);
  shared.isDown = false;
  await keeper.tick();
  assert.deepEqual(told().sort(), ["canary_undetected firing", "store_failing resolved"]);
  assert.deepEqual([shared.records.size, shared.events.length, keeper.book.events.length], [2, 3, 0]);
});

test("that the store failed is told to be over by who told it, when another process leads by then", async () => {
  const shared = new SharedRecords();
  const one = processOf(shared, 1);
  await one.keeper.tick();
  shared.isDown = true;
  await one.keeper.tick();
  shared.isDown = false;
  shared.leader = 2;
  await one.keeper.tick();
  assert.deepEqual(one.told(), ["store_failing resolved"]);
  assert.equal(one.keeper.evaluates, false);
});

test("a heartbeat stops when the store fails", async () => {
  const shared = new SharedRecords();
  const { keeper, clock } = processOf(shared, 1);
  await keeper.tick();
  clock.advance(3000);
  assert.equal(keeper.isWell(), true);
  shared.isDown = true;
  await keeper.tick();
  clock.advance(1);
  assert.equal(keeper.isWell(), false);
});

test("a mute ends with its time, which the history says", async () => {
  const shared = new SharedRecords();
  const { keeper, clock, state } = processOf(shared, 1);
  const until = clock.nowMs() + 1000;
  shared.mutes = [{ rule: "canary_undetected", until, at: 0, reason: "known" }];
  state.canary = "undetected";
  await keeper.tick();
  assert.equal(state.outgoing[0]?.muted, true);
  assert.equal(itemsOf(keeper.book, clock.nowMs())[0]?.state, "muted");
  assert.deepEqual(keeper.book.counts(clock.nowMs()), { firing: 0, pending: 0, muted: 1, worst: null });
  clock.advance(999);
  await keeper.tick();
  assert.equal(state.outgoing[0]?.muted, true);
  clock.advance(1);
  await keeper.tick();
  assert.equal(state.outgoing[0]?.muted, false);
  assert.deepEqual([shared.mutes, shared.events.at(-1)?.what], [[], "unmuted"]);
  assert.equal(itemsOf(keeper.book, clock.nowMs())[0]?.state, "firing");
});

test("a rule that is turned off finds nothing, and what it had found ends", async () => {
  const shared = new SharedRecords();
  let isOn = true;
  const { keeper, state, told } = processOf(shared, 1, (rule) => isOn || rule !== "canary_undetected");
  state.canary = "undetected";
  await keeper.tick();
  isOn = false;
  await keeper.tick();
  assert.deepEqual(told(), ["canary_undetected resolved"]);
});
