import {
  type AlertEvent,
  type AlertMute,
  type AlertRecord,
  type AlertRule,
  alertRules,
  type Severity,
} from "../../core/alert.ts";
import type { AlertChanges, AlertsOnRecord } from "../../flow/alertStore.ts";
import type { AlertFacts } from "../../observe/alerts/facts.ts";
import { type Look, step } from "../../observe/alerts/lifecycle.ts";
import type { Outgoing } from "../../observe/alerts/outbox.ts";
import { ruleTable } from "../../observe/alerts/rules/table.ts";

/** A change of a rule's alert, as others may see it. */
export interface AlertChange {
  readonly rule: AlertRule;
  readonly state: "pending" | "firing" | "resolved";
  readonly severity: Severity;
}

export interface AlertCounts {
  readonly firing: number;
  readonly pending: number;
  readonly muted: number;
  readonly worst: Severity | null;
}

/** Events that wait for the store; the oldest are dropped. */
const EVENTS_WAITING = 256;

/** How the alerts stand here, and what of that is not on record yet. */
export class AlertBook {
  #records = new Map<AlertRule, AlertRecord>();
  #mutes = new Map<AlertRule, AlertMute>();
  readonly #changed = new Set<AlertRule>();
  #events: AlertEvent[] = [];

  /** Replaces everything by what is on record. */
  load({ records, mutes }: Pick<AlertsOnRecord, "records" | "mutes">): void {
    this.#records = new Map(records.map((record) => [record.rule, record]));
    this.setMutes(mutes);
    this.#changed.clear();
    this.#events = [];
  }

  setMutes(mutes: readonly AlertMute[]): void {
    this.#mutes = new Map(mutes.map((mute) => [mute.rule, mute]));
  }

  get records(): readonly AlertRecord[] {
    return [...this.#records.values()];
  }

  get mutes(): readonly AlertMute[] {
    return [...this.#mutes.values()];
  }

  muteOf(rule: AlertRule, now: number): AlertMute | null {
    const mute = this.#mutes.get(rule);
    return mute !== undefined && now < mute.until ? mute : null;
  }

  /** One evaluation of every rule; `isEnabled` false counts as nothing found. Returns what changed its state. */
  evaluate(
    facts: AlertFacts,
    at: { readonly now: number; readonly evaluations: number },
    isEnabled: (rule: AlertRule) => boolean,
  ): AlertChange[] {
    return alertRules.flatMap((rule) => this.#apply(rule, isEnabled(rule) ? lookAt(rule, facts) : null, at));
  }

  #apply(
    rule: AlertRule,
    look: Look,
    at: { readonly now: number; readonly evaluations: number },
  ): AlertChange[] {
    const before = this.#records.get(rule) ?? null;
    const { record, event } = step(rule, before, look, at);
    if (event !== null) this.#events = [...this.#events, event].slice(-EVENTS_WAITING);
    if (JSON.stringify(record) !== JSON.stringify(before)) this.#changed.add(rule);
    if (record === null) this.#records.delete(rule);
    else this.#records.set(rule, record);
    const [was, is] = [before?.state ?? "resolved", record?.state ?? "resolved"];
    return was === is ? [] : [{ rule, state: is, severity: ruleTable[rule].severity }];
  }

  /** What is not on record; null when nothing is. */
  unsaved(): AlertChanges | null {
    if (this.#changed.size === 0 && this.#events.length === 0) return null;
    const changed = [...this.#changed];
    return {
      records: changed.flatMap((rule) => this.#records.get(rule) ?? []),
      dropped: changed.filter((rule) => !this.#records.has(rule)),
      events: this.#events,
    };
  }

  saved(): void {
    this.#changed.clear();
    this.#events = [];
  }

  /** Newest first. */
  get events(): readonly AlertEvent[] {
    return this.#events.toReversed();
  }

  /** What fires or did, for those who are told. */
  outgoing(now: number): Outgoing[] {
    return this.records.map((record) => ({
      record,
      severity: ruleTable[record.rule].severity,
      muted: this.muteOf(record.rule, now) !== null,
    }));
  }

  counts(now: number): AlertCounts {
    const open = this.outgoing(now).filter(({ record, muted }) => !muted && record.state !== "resolved");
    const firing = open.filter(({ record }) => record.state === "firing");
    const isWorst = (severity: Severity): boolean => firing.some((one) => one.severity === severity);
    return {
      firing: firing.length,
      pending: open.length - firing.length,
      muted: this.mutes.filter(({ until }) => now < until).length,
      worst: isWorst("critical") ? "critical" : isWorst("warning") ? "warning" : null,
    };
  }

  /** Of the alerts that fire and are not muted. */
  firing(now: number): Readonly<Record<Severity, number>> {
    const firing = this.outgoing(now).filter(({ record, muted }) => !muted && record.state === "firing");
    const count = (severity: Severity): number => firing.filter((one) => one.severity === severity).length;
    return { critical: count("critical"), warning: count("warning") };
  }
}

/** Facts that a process of another version reported may lack what the rule reads. */
function lookAt(rule: AlertRule, facts: AlertFacts): Look {
  try {
    return ruleTable[rule].look(facts);
  } catch {
    return "unknown";
  }
}
