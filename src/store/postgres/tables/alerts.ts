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
import { integer, type Row } from "../../records/rows.ts";
import { withNul, withoutNul } from "../nul.ts";
import { first, NOW, type Sql, statement } from "../sql.ts";
import { requireFence } from "./fence.ts";
import { read, write } from "./operation.ts";

const all = statement("alerts", "SELECT * FROM alerts ORDER BY rule");
const mutes = statement("alert_mutes", "SELECT * FROM alert_mutes ORDER BY rule");
const told = statement("alert_told", "SELECT * FROM alert_told ORDER BY sink, rule");
const save = statement(
  "alert_save",
  "INSERT INTO alerts (rule, body) VALUES ($1, $2) ON CONFLICT (rule) DO UPDATE SET body = excluded.body",
);
const drop = statement("alert_drop", "DELETE FROM alerts WHERE rule = $1");
const events = statement("alert_events", "SELECT * FROM alert_events ORDER BY id DESC LIMIT $1");
const addEvent = statement(
  "alert_event",
  "INSERT INTO alert_events (at, rule, what, detail) VALUES ($1, $2, $3, $4)",
);
const forgetEvents = statement(
  "alert_events_forget",
  `DELETE FROM alert_events WHERE id <= (SELECT id FROM alert_events ORDER BY id DESC LIMIT 1 OFFSET ${ALERT_EVENTS_KEPT})`,
);
const mute = statement(
  "alert_mute",
  `INSERT INTO alert_mutes (rule, until, at, reason) VALUES ($1, $2, $3, $4) ON CONFLICT (rule)
    DO UPDATE SET until = excluded.until, at = excluded.at, reason = excluded.reason`,
);
const unmute = statement("alert_unmute", "DELETE FROM alert_mutes WHERE rule = $1 AND until <= $2");
const tell = statement(
  "alert_tell",
  `INSERT INTO alert_told (sink, rule, state, fired_at) VALUES ($1, $2, $3, $4) ON CONFLICT (sink, rule)
    DO UPDATE SET state = excluded.state, fired_at = excluded.fired_at`,
);
const addStart = statement("process_start", "INSERT INTO process_starts (at, name) VALUES ($1, $2)");
const forgetStarts = statement(
  "process_starts_forget",
  `DELETE FROM process_starts WHERE id <= (SELECT id FROM process_starts ORDER BY id DESC LIMIT 1 OFFSET ${STARTS_KEPT})`,
);
const starts = statement("process_starts", "SELECT * FROM process_starts WHERE at >= $1 ORDER BY id DESC");
const report = statement(
  "process_report",
  `INSERT INTO process_reports (node, at, body) VALUES ($1, $2, $3) ON CONFLICT (node)
    DO UPDATE SET at = excluded.at, body = excluded.body`,
);
const dead = statement(
  "process_reports_forget",
  `DELETE FROM process_reports WHERE node NOT IN (SELECT token FROM nodes WHERE until > ${NOW})`,
);
const reports = statement(
  "process_reports",
  `SELECT r.node, n.name, r.at, r.body FROM process_reports r
    JOIN nodes n ON n.token = r.node WHERE n.until > ${NOW} ORDER BY r.node`,
);
const version = statement("alert_schema", "SELECT version FROM assay_schema");

/** Texts of operators may hold a NUL. */
const plain = (row: Row, column: "detail" | "reason"): Row => ({
  ...row,
  [column]: withNul(String(row[column])),
});

async function note(sql: Sql, { at, rule, what, text }: AlertEvent): Promise<void> {
  await sql.run(addEvent, [at, rule, what, withoutNul(text)]);
  await sql.run(forgetEvents);
}

/** Who evaluates goes by it, so none of it may be stale. */
export const alertOperations = {
  alerts: read(async (sql: Sql): Promise<AlertsOnRecord> => {
    const [records, muted, heard] = await Promise.all([sql.rows(all), sql.rows(mutes), sql.rows(told)]);
    return {
      records: known(records.map(alertOf)),
      mutes: known(muted.map((row) => muteOf(plain(row, "reason")))),
      told: known(heard.map(toldOf)),
    };
  }),
  saveAlerts: write(async (sql: Sql, changes: AlertChanges, fence?: Fence): Promise<void> => {
    await requireFence(sql, fence);
    for (const record of changes.records) await sql.run(save, [record.rule, JSON.stringify(record)]);
    for (const rule of changes.dropped) await sql.run(drop, [rule]);
    for (const event of changes.events) await note(sql, event);
  }),
  alertEvents: read(
    async (sql: Sql, limit: number): Promise<AlertEvent[]> =>
      known((await sql.rows(events, [limit])).map((row) => eventOf(plain(row, "detail")))),
  ),
  muteAlert: write(async (sql: Sql, { rule, until, at, reason }: AlertMute): Promise<void> => {
    await sql.run(mute, [rule, until, at, withoutNul(reason)]);
    await note(sql, { at, rule, what: "muted", text: reason });
  }),
  unmuteAlert: write(
    async (sql: Sql, rule: AlertRule, at: number, text: string, until?: number): Promise<boolean> => {
      const ended = (await sql.run(unmute, [rule, until ?? Number.MAX_VALUE])) > 0;
      if (ended) await note(sql, { at, rule, what: "unmuted", text });
      return ended;
    },
  ),
  tellAlerts: write(async (sql: Sql, of: readonly AlertTold[]): Promise<void> => {
    for (const { sink, rule, state, firedAt } of of) await sql.run(tell, [sink, rule, state, firedAt]);
  }),
  noteStart: write(async (sql: Sql, { name, at }: ProcessStart): Promise<void> => {
    await sql.run(addStart, [at, name]);
    await sql.run(forgetStarts);
  }),
  processStarts: read(
    async (sql: Sql, since: number): Promise<ProcessStart[]> =>
      (await sql.rows(starts, [since])).map(startOf),
  ),
  reportProcess: write(async (sql: Sql, node: number, at: number, body: string): Promise<void> => {
    await sql.run(report, [node, at, withoutNul(body)]);
    await sql.run(dead);
  }),
  processReports: read(
    async (sql: Sql): Promise<ProcessReport[]> =>
      (await sql.rows(reports)).map((row) => ({ ...reportOf(row), body: withNul(String(row.body)) })),
  ),
  schemaVersion: read(async (sql: Sql): Promise<number> => integer(await first(sql, version), "version")),
};
