import type { DatabaseSync } from "node:sqlite";
import type { AlertEvent, AlertMute, AlertRule, AlertTold } from "../../../core/alert.ts";
import {
  ALERT_EVENTS_KEPT,
  type AlertChanges,
  type AlertsOnRecord,
  type ProcessReport,
  type ProcessStart,
  STARTS_KEPT,
} from "../../../flow/alertStore.ts";
import type { Fence } from "../../../flow/leases.ts";
import { alertOf, eventOf, known, muteOf, reportOf, startOf, toldOf } from "../../records/alert.ts";
import { schemaVersion } from "../migrations/migrate.ts";
import type { FenceCheck } from "./leases.ts";
import { read, write } from "./operation.ts";

export function alertOperations(db: DatabaseSync, now: () => number, require: FenceCheck) {
  const all = db.prepare("SELECT * FROM alerts ORDER BY rule");
  const mutes = db.prepare("SELECT * FROM alert_mutes ORDER BY rule");
  const told = db.prepare("SELECT * FROM alert_told ORDER BY sink, rule");
  const save = db.prepare(
    "INSERT INTO alerts (rule, body) VALUES (?, ?) ON CONFLICT (rule) DO UPDATE SET body = excluded.body",
  );
  const drop = db.prepare("DELETE FROM alerts WHERE rule = ?");
  const events = db.prepare("SELECT * FROM alert_events ORDER BY id DESC LIMIT ?");
  const mute = db.prepare("INSERT OR REPLACE INTO alert_mutes (rule, until, at, reason) VALUES (?, ?, ?, ?)");
  const unmute = db.prepare("DELETE FROM alert_mutes WHERE rule = ? AND until <= ?");
  const tell = db.prepare(
    "INSERT OR REPLACE INTO alert_told (sink, rule, state, fired_at) VALUES (?, ?, ?, ?)",
  );
  const note = eventWriter(db);
  return {
    alerts: read(
      (): AlertsOnRecord => ({
        records: known(all.all().map(alertOf)),
        mutes: known(mutes.all().map(muteOf)),
        told: known(told.all().map(toldOf)),
      }),
    ),
    saveAlerts: write((changes: AlertChanges, fence?: Fence): void => {
      require(fence);
      for (const record of changes.records) save.run(record.rule, JSON.stringify(record));
      for (const rule of changes.dropped) drop.run(rule);
      for (const event of changes.events) note(event);
    }),
    alertEvents: read((limit: number): AlertEvent[] => known(events.all(limit).map(eventOf))),
    muteAlert: write(({ rule, until, at, reason }: AlertMute): void => {
      mute.run(rule, until, at, reason);
      note({ at, rule, what: "muted", text: reason });
    }),
    unmuteAlert: write((rule: AlertRule, at: number, text: string, until?: number): boolean => {
      const ended = unmute.run(rule, until ?? Number.MAX_VALUE).changes > 0;
      if (ended) note({ at, rule, what: "unmuted", text });
      return ended;
    }),
    tellAlerts: write((of: readonly AlertTold[]): void => {
      for (const { sink, rule, state, firedAt } of of) tell.run(sink, rule, state, firedAt);
    }),
    schemaVersion: read((): number => schemaVersion(db)),
    ...processOperations(db, now),
  };
}

function eventWriter(db: DatabaseSync): (event: AlertEvent) => void {
  const add = db.prepare("INSERT INTO alert_events (at, rule, what, detail) VALUES (?, ?, ?, ?)");
  const forget = db.prepare(
    `DELETE FROM alert_events WHERE id <= (SELECT max(id) FROM alert_events) - ${ALERT_EVENTS_KEPT}`,
  );
  return ({ at, rule, what, text }) => {
    add.run(at, rule, what, text);
    forget.run();
  };
}

function processOperations(db: DatabaseSync, now: () => number) {
  const start = db.prepare("INSERT INTO process_starts (at, name) VALUES (?, ?)");
  const forget = db.prepare(
    `DELETE FROM process_starts WHERE id <= (SELECT max(id) FROM process_starts) - ${STARTS_KEPT}`,
  );
  const starts = db.prepare("SELECT * FROM process_starts WHERE at >= ? ORDER BY id DESC");
  const report = db.prepare("INSERT OR REPLACE INTO process_reports (node, at, body) VALUES (?, ?, ?)");
  const dead = db.prepare(
    "DELETE FROM process_reports WHERE node NOT IN (SELECT token FROM nodes WHERE until > ?)",
  );
  const reports = db.prepare(`SELECT r.node, n.name, r.at, r.body FROM process_reports r
    JOIN nodes n ON n.token = r.node WHERE n.until > ? ORDER BY r.node`);
  return {
    noteStart: write(({ name, at }: ProcessStart): void => {
      start.run(at, name);
      forget.run();
    }),
    processStarts: read((since: number): ProcessStart[] => starts.all(since).map(startOf)),
    reportProcess: write((node: number, at: number, body: string): void => {
      report.run(node, at, body);
      dead.run(now());
    }),
    processReports: read((): ProcessReport[] => reports.all(now()).map(reportOf)),
  };
}
