import type { AlertRule, Severity } from "../../core/alert.ts";
import type { Clock } from "../../core/clock.ts";
import type { Log } from "../../core/log.ts";
import type { Gauge, Metrics } from "../../core/metrics.ts";
import { causeText } from "../../core/problems/assayError.ts";
import type { Store } from "../../flow/store.ts";
import type { AlertFacts, ProcessFacts } from "../../observe/alerts/facts.ts";
import type { Outbox } from "../../observe/alerts/outbox.ts";
import { AlertBook, type AlertChange } from "./book.ts";
import { reportOf } from "./leaderFacts.ts";

/** A note that is written with each evaluation: that the store takes a write, and how fast. */
const NOTE = "alerts_evaluated";

export interface AlertKeeperOptions {
  /** Evaluations in a row until an alert fires, or is resolved. */
  readonly evaluations: number;
  readonly everyMs: number;
  readonly isEnabled: (rule: AlertRule) => boolean;
}

export interface AlertKeeperModules {
  readonly store: Pick<Store, "alerts" | "alertEvents" | "unmuteAlert" | "reportProcess">;
  readonly leaderStore: Pick<Store, "saveAlerts" | "setNote">;
  readonly isLeader: () => boolean;
  /** The token of this process; null where it is the only one. */
  readonly node: () => number | null;
  readonly processFacts: (write: () => Promise<void>) => Promise<ProcessFacts>;
  readonly allFacts: (own: ProcessFacts) => Promise<AlertFacts>;
  readonly outboxes: readonly Outbox[];
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Evaluates the alerts, where this process leads, and keeps them; elsewhere it reports what this process knows, and shows what is on
 * record. A leader whose store fails has lost its lease with it: it goes on by itself, since nobody else can take over, until the
 * store answers again.
 */
export class AlertKeeper {
  readonly book = new AlertBook();
  readonly #options: AlertKeeperOptions;
  readonly #modules: AlertKeeperModules;
  readonly #gauge: Gauge;
  readonly #listeners = new Set<(change: AlertChange) => void>();
  #evaluates = false;
  #wellAt = Number.NEGATIVE_INFINITY;

  constructor(options: AlertKeeperOptions, modules: AlertKeeperModules) {
    this.#options = options;
    this.#modules = modules;
    this.#gauge = modules.metrics.gauge(
      "assay_alerts_firing",
      "Alerts of the validator itself that fire and are not muted, where they are evaluated",
      ["severity"],
    );
    this.#show({ critical: 0, warning: 0 });
  }

  /** Whether this process evaluates. */
  get evaluates(): boolean {
    return this.#evaluates;
  }

  /** Whether alerts are evaluated here, and the store answered the last time. */
  isWell(): boolean {
    return this.#modules.clock.monotonicMs() - this.#wellAt <= 3 * this.#options.everyMs;
  }

  /** Calls back with every change of state; returns what ends that. */
  onChange(listener: (change: AlertChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** One call at a time. */
  async tick(): Promise<void> {
    const own = await this.#modules.processFacts(() => this.#write());
    const isDown = own.store.fault !== null;
    if (this.#modules.isLeader() || (this.#evaluates && isDown)) return this.#evaluate(own);
    if (this.#evaluates) this.#stepDown();
    if (isDown) return;
    const node = this.#modules.node();
    if (node !== null)
      await this.#modules.store.reportProcess(node, this.#modules.clock.nowMs(), reportOf(own));
    await this.refresh();
  }

  /** Reads mutes, and where another process evaluates also the alerts. */
  async refresh(): Promise<void> {
    const before = new Map(this.book.records.map(({ rule, state }) => [rule, state]));
    const found = await this.#modules.store.alerts();
    if (this.#evaluates) return this.book.setMutes(found.mutes);
    this.book.load(found);
    const severities = new Map(this.book.outgoing(0).map(({ record, severity }) => [record.rule, severity]));
    for (const { rule, state } of found.records)
      if ((before.get(rule) ?? "resolved") !== state)
        this.#tell([{ rule, state, severity: severities.get(rule) ?? "warning" }]);
  }

  /** A process that does not lead writes its report; the leader has none. */
  async #write(): Promise<void> {
    const { leaderStore, store, isLeader, node, clock } = this.#modules;
    const token = node();
    if (isLeader() || token === null) return leaderStore.setNote(NOTE, `${Math.round(clock.nowMs())}`);
    await store.alerts();
  }

  async #evaluate(own: ProcessFacts): Promise<void> {
    const { clock, outboxes, allFacts, log } = this.#modules;
    if (!this.#evaluates) await this.#begin();
    const facts = await allFacts(own);
    const isDown = own.store.fault !== null;
    if (!isDown) await this.#endMutes();
    const now = clock.nowMs();
    const { evaluations, isEnabled } = this.#options;
    const changes = this.book.evaluate(facts, { now, evaluations }, isEnabled);
    for (const { rule, state, severity } of changes)
      if (state !== "pending")
        log[state === "firing" ? "error" : "info"](`alert_${state}`, { rule, severity });
    this.#tell(changes);
    this.#show(this.book.firing(now));
    if (!isDown) await this.#save();
    for (const outbox of outboxes) outbox.update(this.book.outgoing(now));
    if (!isDown) this.#wellAt = clock.monotonicMs();
  }

  /** Where another process evaluated before, or an earlier start of this one. */
  async #begin(): Promise<void> {
    const found = await this.#modules.store.alerts();
    this.book.load(found);
    for (const outbox of this.#modules.outboxes) outbox.load(found.told, found.records);
    this.#evaluates = true;
  }

  /** Another process leads. That the store failed is nowhere on record: its end is told here. */
  #stepDown(): void {
    const { clock, outboxes } = this.#modules;
    const now = clock.nowMs();
    const own = this.book
      .outgoing(now)
      .filter(({ record }) => record.rule === "store_failing" && record.state === "firing")
      .map((alert) => ({
        ...alert,
        record: { ...alert.record, state: "resolved" as const, resolvedAt: now },
      }));
    for (const outbox of outboxes) {
      outbox.update(own);
      if (own.length === 0) outbox.stop();
    }
    this.#evaluates = false;
    this.#wellAt = Number.NEGATIVE_INFINITY;
    this.#show({ critical: 0, warning: 0 });
  }

  async #endMutes(): Promise<void> {
    const { store, clock, log } = this.#modules;
    try {
      const { mutes } = await store.alerts();
      this.book.setMutes(mutes);
      const now = clock.nowMs();
      for (const { rule, until } of mutes)
        if (until <= now) await store.unmuteAlert(rule, now, "its time is over", until);
    } catch (error) {
      log.debug("alert_mutes_unread", { cause: causeText(error) });
    }
  }

  /** What cannot be recorded stays due. */
  async #save(): Promise<void> {
    const changes = this.book.unsaved();
    if (changes === null) return;
    try {
      await this.#modules.leaderStore.saveAlerts(changes);
      this.book.saved();
    } catch (error) {
      this.#modules.log.warn("alerts_not_saved", { cause: causeText(error) });
    }
  }

  #show(firing: Readonly<Record<Severity, number>>): void {
    this.#gauge.set(firing.critical, { severity: "critical" });
    this.#gauge.set(firing.warning, { severity: "warning" });
  }

  #tell(changes: readonly AlertChange[]): void {
    for (const change of changes) for (const listener of this.#listeners) listener(change);
  }
}
