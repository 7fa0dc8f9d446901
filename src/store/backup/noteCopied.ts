import { randomBytes } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";
import { BACKUP_NOTE, type BackupNote, backupNoteOf } from "../../flow/restored.ts";
import { text } from "../records/rows.ts";
import { watermarksOf } from "./watermarks.ts";

/** The last time at which the validator was sure of its clock, which it records some times per minute. */
const CLOCK_NOTE = "clock_seen";
/** Of the stages: for which backup each of their rules was settled. */
const SETTLED_NOTES = ["restored_epochs", "restored_period"];

/**
 * Says of a database that it is a copy of unknown age: one that stands without what tells how far it had come, or that was made of what
 * could be read of a damaged one. A start then holds back what may have been signed and committed since. What a backup says of itself
 * stays, until a start has settled what follows from it.
 */
export function noteCopied(db: DatabaseSync, now: number): void {
  const get = (key: string): string | null => {
    const row = db.prepare("SELECT value FROM notes WHERE key = ?").get(key);
    return row === undefined ? null : text(row, "value");
  };
  const known = backupNoteOf(get(BACKUP_NOTE));
  if (known !== null && !SETTLED_NOTES.some((key) => get(key)?.includes(known.id))) return;
  const { signed_period, block } = watermarksOf(db, known?.signed_period ?? null);
  const seen = Number(get(CLOCK_NOTE) ?? Number.NaN);
  const taken_at = Math.round(Number.isFinite(seen) ? Math.min(seen, now) : now);
  const note: BackupNote = { id: randomBytes(16).toString("hex"), taken_at, signed_period, block };
  db.prepare(
    "INSERT INTO notes (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  ).run(BACKUP_NOTE, JSON.stringify(note));
}
