/** The note that a backup of a store carries, and so every store that was put back from one. */
export const BACKUP_NOTE = "backup";

/** What a store says of the backup that it came from. A store that was never put back has none. */
export interface BackupNote {
  /** Drawn for each backup: each rule that depends on it remembers for which one it was settled. */
  readonly id: string;
  /** Unix ms; what was recorded later is not in the backup. */
  readonly taken_at: number;
  /** The last period that was signed by then, as the mark beside the publishing key said; null without one. */
  readonly signed_period: number | null;
  /** The height by then; null when unknown. */
  readonly block: number | null;
}

const isNumber = (value: unknown): value is number => Number.isSafeInteger(value);

/** Null for no note. Throws RangeError: a note that cannot be read must not lift what it stands for. */
export function backupNoteOf(text: string | null): BackupNote | null {
  if (text === null || text === "") return null;
  const { id, taken_at, signed_period, block } = JSON.parse(text) as Partial<BackupNote>;
  if (typeof id !== "string" || id === "" || !isNumber(taken_at))
    throw new RangeError(`the note "${BACKUP_NOTE}" of the store is not one of a backup`);
  return {
    ...{ id, taken_at },
    signed_period: isNumber(signed_period) ? signed_period : null,
    block: isNumber(block) ? block : null,
  };
}
