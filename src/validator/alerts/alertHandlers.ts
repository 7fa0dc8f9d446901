import { type AlertRule, alertRules, isAlertRule } from "../../core/alert.ts";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import { AssayError } from "../../core/problems/assayError.ts";
import type { Store } from "../../flow/store.ts";
import type { Handlers } from "../../http/handlers.ts";
import type { AlertList } from "../../http/routes/alertSchemas.ts";
import { ruleTable } from "../../observe/alerts/rules/table.ts";
import { runbookOf } from "../../observe/alerts/sinks/notice.ts";
import type { Alerts } from "./alerts.ts";
import type { AlertBook } from "./book.ts";

type Item = AlertList["items"][number];

/** Events of one listing. */
const HISTORY = 100;
const order = ["firing", "pending", "muted", "resolved"];

function ruleOf(text: string): AlertRule {
  if (isAlertRule(text)) return text;
  throw new AssayError({ code: "alert_rule_not_found", rule: text, rules: alertRules });
}

export function itemsOf(book: AlertBook, now: number): Item[] {
  const rules = new Set([...book.records, ...book.mutes].map(({ rule }) => rule));
  const records = new Map(book.records.map((record) => [record.rule, record]));
  const items = [...rules].flatMap((rule): Item[] => {
    const record = records.get(rule);
    const mute = book.muteOf(rule, now);
    if (record === undefined && mute === null) return [];
    return [
      {
        ...{ rule, severity: ruleTable[rule].severity },
        state: mute === null ? (record?.state ?? "resolved") : "muted",
        text: record?.text ?? `nothing was found; muted: ${mute?.reason ?? ""}`,
        ...{ runbook: runbookOf(rule), since: record?.since ?? null },
        resolved_at: record?.state === "resolved" ? record.resolvedAt : null,
        ...{ muted_until: mute?.until ?? null, value: record?.value ?? null },
        threshold: record?.threshold ?? null,
      },
    ];
  });
  return items.sort(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.rule.localeCompare(b.rule),
  );
}

export interface AlertHandlerModules {
  readonly alerts: Pick<Alerts, "keeper" | "test">;
  readonly store: Pick<Store, "alertEvents" | "muteAlert" | "unmuteAlert">;
  readonly clock: Clock;
  readonly log: Log;
}

/** What the operator sees of the alerts, and what it says about them. */
export function alertHandlers({ alerts, store, clock, log }: AlertHandlerModules) {
  const { keeper } = alerts;
  return {
    alerts: async () => {
      // While the store fails, the operator must see that it does.
      const read = keeper.evaluates ? keeper.refresh().catch(() => undefined) : keeper.refresh();
      await read;
      const recorded = await store.alertEvents(HISTORY).catch((error: unknown) => {
        if (keeper.evaluates) return [];
        throw error;
      });
      const history = [...keeper.book.events, ...recorded].slice(0, HISTORY);
      return { items: itemsOf(keeper.book, clock.nowMs()), history };
    },
    muteAlert: async ({ rule: text, minutes, reason }) => {
      const rule = ruleOf(text);
      const at = clock.nowMs();
      const until = Math.round(at + minutes * 60_000);
      await store.muteAlert({ rule, until, at, reason });
      log.warn("alert_muted", { rule, until, reason });
      await keeper.refresh();
      return { rule, until, reason };
    },
    unmuteAlert: async (text) => {
      const rule = ruleOf(text);
      if (!(await store.unmuteAlert(rule, clock.nowMs(), "ended by the operator")))
        throw new AssayError({ code: "alert_not_muted", rule });
      log.warn("alert_unmuted", { rule });
      await keeper.refresh();
      return { rule, unmuted: true };
    },
    testAlerts: async () => ({ items: await alerts.test() }),
  } satisfies Partial<Handlers>;
}
