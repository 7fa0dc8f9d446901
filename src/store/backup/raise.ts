import { DatabaseSync } from "node:sqlite";
import { BACKUP_NOTE, type BackupNote, backupNoteOf } from "../../flow/restored.ts";
import { text } from "../records/rows.ts";
import { syncFile } from "./files.ts";
import { watermarksOf } from "./watermarks.ts";

export interface Raise {
  /** Unix ms, of this machine, which is no earlier than any time on record. */
  readonly now: number;
  /** The last period that was signed as far as anything tells; null when nothing does. */
  readonly signedPeriod: number | null;
}

/** Notes of the stages that a start reads. */
const CLOCK_NOTE = "clock_seen";
const MARKED_NOTE = "weigh_marked";

/** Raises the watermarks in a database that is put back; lowers none. */
export function raise(file: string, { now, signedPeriod }: Raise): BackupNote {
  const db = new DatabaseSync(file);
  try {
    const get = (key: string): string | null => {
      const row = db.prepare("SELECT value FROM notes WHERE key = ?").get(key);
      return row === undefined ? null : text(row, "value");
    };
    const set = (key: string, value: string): unknown =>
      db
        .prepare(
          "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .run(key, value);
    const known = backupNoteOf(get(BACKUP_NOTE));
    if (known === null)
      throw new RangeError("the database is not one of a backup: it does not say that it is a copy");
    const periods = [known.signed_period, signedPeriod].filter((period) => period !== null);
    const note: BackupNote = { ...known, signed_period: periods.length === 0 ? null : Math.max(...periods) };
    db.exec("BEGIN IMMEDIATE");
    set(BACKUP_NOTE, JSON.stringify(note));
    // A start with an earlier clock than this is doubted.
    set(CLOCK_NOTE, String(Math.max(now, Number(get(CLOCK_NOTE) ?? 0))));
    // Without a mark beside the key, everything that is over counts as signed, also for a version that knows no backups.
    set(MARKED_NOTE, "1");
    db.exec("COMMIT");
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return note;
  } finally {
    db.close();
    syncFile(file);
  }
}

/** The last period on record in a store that is to be replaced; null where it cannot be read. */
export function signedPeriodOf(file: string): number | null {
  try {
    const db = new DatabaseSync(file, { readOnly: true });
    try {
      return watermarksOf(db, null).signed_period;
    } finally {
      db.close();
    }
  } catch {
    // A damaged store is one of the reasons for a restore.
    return null;
  }
}
