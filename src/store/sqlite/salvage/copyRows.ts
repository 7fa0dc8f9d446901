import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { alertOf, eventOf, muteOf, startOf, toldOf } from "../../records/alert.ts";
import { customerJobOf } from "../../records/customerJob.ts";
import { epochOf } from "../../records/epoch.ts";
import { historyRowOf } from "../../records/history.ts";
import { logHeadOf } from "../../records/logHead.ts";
import { nodeOf } from "../../records/node.ts";
import { openSampleOf } from "../../records/openSample.ts";
import { reasonOf } from "../../records/reasons.ts";
import { type Row, text } from "../../records/rows.ts";
import { sessionOf } from "../../records/session.ts";
import { sightingOf, suspensionOf } from "../../records/standing.ts";
import { strikeOf } from "../../records/strike.ts";
import { submissionOf } from "../../records/submission.ts";
import { weightPlanOf } from "../../records/weightPlan.ts";

/** What became of one table. */
export interface TableReport {
  readonly table: string;
  readonly kept: number;
  /** Rows that were found and cannot be used. */
  readonly dropped: number;
  /** False when the table could not be read from end to end: how many rows are lost is not known. */
  readonly complete: boolean;
}

/** Rows that would stop a start are left out. */
const decoders: Readonly<Record<string, (row: Row) => unknown>> = {
  epochs: epochOf,
  log_heads: logHeadOf,
  submissions: submissionOf,
  miners: sightingOf,
  strikes: strikeOf,
  suspensions: suspensionOf,
  open_samples: openSampleOf,
  customer_jobs: customerJobOf,
  weight_plans: weightPlanOf,
  history: historyRowOf,
  miner_reasons: reasonOf,
  nodes: (row) => nodeOf(row, 0),
  sessions: sessionOf,
  alerts: alertOf,
  alert_mutes: muteOf,
  alert_told: toldOf,
  alert_events: eventOf,
  process_starts: startOf,
};

interface Copying {
  readonly insert: StatementSync;
  readonly decode: (row: Row) => unknown;
  readonly columns: readonly string[];
  kept: number;
  dropped: number;
}

function copyRow(state: Copying, row: Row): void {
  try {
    state.decode(row);
    const values = state.columns.map((column) => row[column] as SQLInputValue);
    // The same row comes twice where a table is read from both ends.
    state.kept += Number(state.insert.run(...values).changes);
  } catch {
    state.dropped++;
  }
}

/** Copies in one direction until a page cannot be read; true when the end was reached. */
function pass(from: DatabaseSync, table: string, order: string, state: Copying): boolean {
  try {
    for (const row of from.prepare(`SELECT * FROM ${table} NOT INDEXED ORDER BY ${order}`).iterate())
      copyRow(state, row);
    return true;
  } catch {
    return false;
  }
}

function keyOf(to: DatabaseSync, table: string): string[] {
  const rows = to.prepare(`SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk`).all(table);
  return rows.map((row) => text(row, "name"));
}

function copyTable(from: DatabaseSync, to: DatabaseSync, table: string): TableReport {
  const columns = to
    .prepare("SELECT name FROM pragma_table_info(?)")
    .all(table)
    .map((row) => text(row, "name"));
  const places = columns.map(() => "?").join(", ");
  const insert = to.prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(", ")}) VALUES (${places})`);
  const state: Copying = { insert, columns, decode: decoders[table] ?? (() => {}), kept: 0, dropped: 0 };
  const key = keyOf(to, table);
  const complete = pass(from, table, key.join(", "), state);
  if (!complete) pass(from, table, key.map((column) => `${column} DESC`).join(", "), state);
  return { table, kept: state.kept, dropped: state.dropped, complete };
}

/** Copies every table row by row into an empty store, around what cannot be read. */
export function copyRows(from: DatabaseSync, to: DatabaseSync): TableReport[] {
  const tables = to.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'seal'").all();
  to.exec("BEGIN");
  const reports = tables.map((row) => copyTable(from, to, text(row, "name")));
  to.exec("COMMIT");
  return reports;
}
