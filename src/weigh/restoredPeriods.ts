import type { Log } from "../core/log.ts";
import { BACKUP_NOTE, type BackupNote, backupNoteOf } from "../flow/restored.ts";
import type { Store } from "../flow/store.ts";
import { type PeriodCount, periodAt } from "./rules.ts";

/** Up to which period nothing is signed any more that the backup does not have: `{backup, period}`. */
const NOTE = "restored_period";

interface Settled {
  readonly backup: string;
  readonly period: number;
}

/**
 * The greatest number that the period under way can have. Where periods got another length after the backup was taken, the validator
 * that ran before may have counted with it from then on, and so be ahead of what follows from the count on record.
 */
export function latestPossible(
  known: PeriodCount | null,
  { block, length }: { readonly block: number; readonly length: number },
  backup: BackupNote,
): number {
  if (known === null) return Math.floor(block / length);
  const counted = periodAt(block, known);
  if (known.length === length) return counted;
  const from = Math.min(block, Math.max(known.from_block, backup.block ?? known.from_block));
  return Math.max(counted, periodAt(from, known) + 1 + Math.floor((block - from) / length));
}

/**
 * What a store that was put back from a backup does not sign: the vector of any period up to the one that was under way at the first
 * known height after that, since the validator that ran before may have signed it. Vectors on record are another matter: they stay.
 */
export class RestoredPeriods {
  readonly #store: Pick<Store, "note" | "setNote">;
  readonly #log: Log;
  /** Undefined until it was read; null where nothing is held back. */
  #floor: number | null | undefined;

  constructor(store: Pick<Store, "note" | "setNote">, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** The last period that is not signed any more; null where none is held back. `underWay` tells the latest that can be under way. */
  async floor(underWay: (backup: BackupNote) => Promise<number>): Promise<number | null> {
    if (this.#floor !== undefined) return this.#floor;
    const backup = backupNoteOf(await this.#store.note(BACKUP_NOTE));
    if (backup === null) {
      this.#floor = null;
      return null;
    }
    const text = await this.#store.note(NOTE);
    const known = text ? (JSON.parse(text) as Settled) : null;
    this.#floor = known?.backup === backup.id ? known.period : await this.#settle(backup, underWay);
    return this.#floor;
  }

  async #settle(backup: BackupNote, underWay: (backup: BackupNote) => Promise<number>): Promise<number> {
    const period = Math.max(await underWay(backup), backup.signed_period ?? -1);
    await this.#store.setNote(NOTE, JSON.stringify({ backup: backup.id, period } satisfies Settled));
    this.#log.warn("restored_periods_held_back", { taken_at: backup.taken_at, up_to_period: period });
    return period;
  }
}
