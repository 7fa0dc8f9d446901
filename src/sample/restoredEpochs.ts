import type { EpochSpan } from "../core/epochs.ts";
import type { Log } from "../core/log.ts";
import { BACKUP_NOTE, backupNoteOf } from "../flow/restored.ts";
import type { Store } from "../flow/store.ts";

/** From when on epochs may be committed that the backup does not have: `{backup, opens_at}`. */
const NOTE = "restored_epochs";

interface Settled {
  readonly backup: string;
  /** Unix ms. */
  readonly opens_at: number;
}

/**
 * Which epochs a store that was put back from a backup may commit. The validator that ran before had committed every epoch up to the
 * one after its last, and its commitments were public: one that is not in the backup could differ from what would be made now (another
 * secret, another policy). So nothing is committed, or drawn, for an epoch that was under way or next at the first start after the
 * backup was put back, unless its commitment is on record.
 */
export class RestoredEpochs {
  readonly #store: Pick<Store, "note" | "setNote">;
  readonly #log: Log;
  /** Undefined until it was read; null where nothing is held back. */
  #opensAt: number | null | undefined;

  constructor(store: Pick<Store, "note" | "setNote">, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Before anything is committed, with a clock that is believed: `after` is the epoch after the current one. */
  async settle(after: EpochSpan): Promise<void> {
    if (this.#opensAt !== undefined) return;
    const backup = backupNoteOf(await this.#store.note(BACKUP_NOTE));
    if (backup === null) {
      this.#opensAt = null;
      return;
    }
    const text = await this.#store.note(NOTE);
    const known = text === null ? null : (JSON.parse(text) as Settled);
    if (known?.backup === backup.id) {
      this.#opensAt = known.opens_at;
      return;
    }
    const settled: Settled = { backup: backup.id, opens_at: after.endsAt };
    await this.#store.setNote(NOTE, JSON.stringify(settled));
    this.#opensAt = settled.opens_at;
    this.#log.warn("store_restored", { taken_at: backup.taken_at, epochs_open_at: settled.opens_at });
  }

  /** Whether an epoch that is not on record may be committed; asked once it was settled. */
  mayCommit({ beginsAt }: EpochSpan): boolean {
    if (this.#opensAt === undefined) throw new TypeError("restored epochs: not settled");
    return this.#opensAt === null || beginsAt >= this.#opensAt;
  }

  /** When the first epoch begins that may be committed although it is not on record; null where nothing is held back. */
  get opensAt(): number | null {
    return this.#opensAt ?? null;
  }
}
