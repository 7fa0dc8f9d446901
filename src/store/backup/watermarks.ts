import type { DatabaseSync } from "node:sqlite";
import { integer, type Row, text } from "../records/rows.ts";
import { readSeal } from "../sqlite/guard/seal.ts";

/** The end of an open epoch's log. */
export interface OpenLog {
  readonly epoch: number;
  readonly log_head: string;
  readonly log_length: number;
}

/** How far a store had come; null for what it has none of. */
export interface Watermarks {
  /** The last period that was signed, by the mark beside the publishing key or the records, whichever is greater. */
  readonly signed_period: number | null;
  /** The height. */
  readonly block: number | null;
  /** The last epoch whose commitment is on record. */
  readonly last_epoch: number | null;
  /** The last epoch whose key was revealed. */
  readonly last_revealed_epoch: number | null;
  /** Acknowledged writes, of an embedded store. */
  readonly writes: number | null;
  readonly open_logs: readonly OpenLog[];
}

const greatest = (row: Row | undefined, column: string): number | null =>
  row === undefined || row[column] === null ? null : integer(row, column);

/** Reads them of a store of this version, or an earlier one. */
export function watermarksOf(db: DatabaseSync, markedPeriod: number | null): Watermarks {
  const period = hasColumn(db, "vectors", "period") ? "period" : "epoch";
  const signed = greatest(db.prepare(`SELECT max(${period}) AS n FROM vectors`).get(), "n");
  const last = db
    .prepare(
      "SELECT max(epoch) AS n, max(epoch) FILTER (WHERE revealed_key IS NOT NULL) AS revealed FROM epochs",
    )
    .get();
  const height = db.prepare("SELECT value FROM notes WHERE key = 'identity_height'").get();
  const open = db.prepare(
    "SELECT epoch, log_head, log_length FROM epochs WHERE closed_at IS NULL ORDER BY epoch",
  );
  return {
    signed_period: signed === null ? markedPeriod : Math.max(signed, markedPeriod ?? signed),
    block: height === undefined ? null : Number(text(height, "value")),
    last_epoch: greatest(last, "n"),
    last_revealed_epoch: greatest(last, "revealed"),
    writes: readSeal(db)?.writes ?? null,
    open_logs: open.all().map((row) => ({
      epoch: integer(row, "epoch"),
      log_head: text(row, "log_head"),
      log_length: integer(row, "log_length"),
    })),
  };
}

function hasColumn(db: DatabaseSync, table: string, column: string): boolean {
  return db.prepare("SELECT 1 FROM pragma_table_info(?) WHERE name = ?").get(table, column) !== undefined;
}
