import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertEvent, AlertRecord, AlertRule } from "../../../src/core/alert.ts";
import { ALERT_EVENTS_KEPT, STARTS_KEPT } from "../../../src/flow/alertStore.ts";
import { type OpenStore, withStore } from "./fixtures.ts";
import { expired, joined } from "./nodeFixtures.ts";

export function alertOf(rule: AlertRule, change: Partial<AlertRecord> = {}): AlertRecord {
  return {
    ...{
      rule,
      state: "firing",
      text: 'a "text"\n',
      value: 0.25,
      threshold: null,
      since: 1_700_000_000_000.5,
    },
    ...{ count: 0, firedAt: 1_700_000_000_001, resolvedAt: null },
    ...change,
  };
}

const eventOf = (at: number, text = ""): AlertEvent => ({ at, rule: "restarts", what: "firing", text });
const nothing = { records: [], dropped: [], events: [] };
const reason = "power\u0000 works, until \u0001 six";

/** What alerts leave on record. */
export function alertCases(open: OpenStore): void {
  test("alerts are kept as they were saved last, with what happened, and found after a restart", () =>
    withStore(open, async (store, reopen) => {
      assert.deepEqual(await store.alerts(), { records: [], mutes: [], told: [] });
      const [late, restarts] = [
        alertOf("weights_late"),
        alertOf("restarts", { state: "pending", firedAt: null }),
      ];
      await store.saveAlerts({
        ...nothing,
        records: [late, restarts],
        events: [eventOf(1, "one"), eventOf(2)],
      });
      const resolved = { ...late, state: "resolved", resolvedAt: 9 } as const;
      await store.saveAlerts({ records: [resolved], dropped: ["restarts"], events: [eventOf(3)] });
      const again = await reopen();
      assert.deepEqual((await again.alerts()).records, [resolved]);
      assert.deepEqual(await again.alertEvents(2), [eventOf(3), eventOf(2)]);
      assert.deepEqual((await again.alertEvents(9)).at(-1), eventOf(1, "one"));
    }));

  test("a mute is kept until it is ended, the last one of a rule", () =>
    withStore(open, async (store, reopen) => {
      await store.muteAlert({ rule: "restarts", until: 100, at: 10, reason: "first" });
      await store.muteAlert({ rule: "restarts", until: 200.5, at: 20, reason });
      const again = await reopen();
      assert.deepEqual((await again.alerts()).mutes, [{ rule: "restarts", until: 200.5, at: 20, reason }]);
      assert.equal(await again.unmuteAlert("store_slow", 30, ""), false);
      assert.equal(
        await again.unmuteAlert("restarts", 30, "over", 200),
        false,
        "it was made longer meanwhile",
      );
      assert.equal(await again.unmuteAlert("restarts", 40, "over", 200.5), true);
      assert.equal(await again.unmuteAlert("restarts", 50, "over"), false);
      assert.deepEqual((await again.alerts()).mutes, []);
      assert.deepEqual(await again.alertEvents(9), [
        { at: 40, rule: "restarts", what: "unmuted", text: "over" },
        { at: 20, rule: "restarts", what: "muted", text: reason },
        { at: 10, rule: "restarts", what: "muted", text: "first" },
      ]);
    }));

  test("what a sink was told is kept per sink and rule", () =>
    withStore(open, async (store, reopen) => {
      const firing = { sink: "ops", rule: "restarts", state: "firing", firedAt: 5 } as const;
      const other = { ...firing, sink: "chat", firedAt: 6.5 };
      await store.tellAlerts([firing, other]);
      await store.tellAlerts([{ ...firing, state: "resolved" }]);
      await store.tellAlerts([]);
      assert.deepEqual((await (await reopen()).alerts()).told, [other, { ...firing, state: "resolved" }]);
    }));

  test("the newest events and starts are kept, within their bounds", () =>
    withStore(open, async (store) => {
      const events = Array.from({ length: ALERT_EVENTS_KEPT + 2 }, (_, i) => eventOf(i));
      await store.saveAlerts({ ...nothing, events });
      const kept = await store.alertEvents(ALERT_EVENTS_KEPT + 9);
      assert.deepEqual(
        [kept.length, kept[0]?.at, kept.at(-1)?.at],
        [ALERT_EVENTS_KEPT, ALERT_EVENTS_KEPT + 1, 2],
      );
      await Promise.all(
        Array.from({ length: STARTS_KEPT + 1 }, (_, at) => store.noteStart({ name: "one", at })),
      );
      const starts = await store.processStarts(0);
      assert.deepEqual([starts.length, starts[0]?.at, starts.at(-1)?.at], [STARTS_KEPT, STARTS_KEPT, 1]);
      assert.deepEqual(
        (await store.processStarts(STARTS_KEPT - 1)).map(({ at }) => at),
        [STARTS_KEPT, STARTS_KEPT - 1],
      );
    }));

  test("the last report of each living process is kept", () =>
    withStore(open, async (store) => {
      const [one, two] = [await joined(store), await joined(store, "two")];
      await store.reportProcess(one, 1, "{}");
      await store.reportProcess(two, 2, "{}");
      await store.reportProcess(one, 3, '{"a":"\u0000"}');
      const ofOne = { node: one, name: "one", at: 3, body: '{"a":"\u0000"}' };
      assert.equal((await store.processReports()).length, 2);
      await expired(store, two);
      assert.deepEqual(await store.processReports(), [ofOne]);
    }));

  test("the version of the schema is told", () =>
    withStore(open, async (store) => {
      assert.ok((await store.schemaVersion()) >= 3);
    }));
}
