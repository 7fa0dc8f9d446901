import { rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { BACKUP_NOTE, type BackupNote } from "../../flow/restored.ts";
import { schemaVersion } from "../sqlite/migrations/migrate.ts";
import { syncFile } from "./files.ts";
import { type Watermarks, watermarksOf } from "./watermarks.ts";

export interface Stamped {
  readonly schema: number;
  readonly watermarks: Watermarks;
}

export interface Stamp {
  readonly id: string;
  readonly taken_at: number;
  /** Of the mark beside the publishing key. */
  readonly markedPeriod: number | null;
}

/**
 * Writes into the copy itself that it is one: a start on it, in whatever way it got there, then holds back what may have been
 * signed and committed since. Leaves one durable file.
 */
export function stamp(file: string, { id, taken_at, markedPeriod }: Stamp): Stamped {
  const db = new DatabaseSync(file);
  let stamped: Stamped;
  try {
    const watermarks = watermarksOf(db, markedPeriod);
    const { signed_period, block } = watermarks;
    const note: BackupNote = { id, taken_at, signed_period, block };
    db.prepare(
      "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ).run(BACKUP_NOTE, JSON.stringify(note));
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    stamped = { schema: schemaVersion(db), watermarks };
  } finally {
    db.close();
  }
  for (const suffix of ["-wal", "-shm", "-journal"]) rmSync(`${file}${suffix}`, { force: true });
  syncFile(file);
  return stamped;
}
