import type { EpochSpan } from "../core/epochs.ts";
import type { Log } from "../core/log.ts";
import { BACKUP_NOTE, type BackupNote, backupNoteOf } from "../flow/restored.ts";
import type { Store } from "../flow/store.ts";

/** What was settled at the first start on a backup, and what was at earlier ones. */
const NOTE = "restored_epochs";
/** Epochs with a log that a restore cut off that are remembered: each restore has about three. */
const CUT_MOST = 192;

interface Settled {
  readonly backup: string;
  /** Unix ms: from then on epochs begin that may be committed although the backup does not have them. */
  readonly opens_at: number;
  /** Epochs that were open on record, and when their backup was taken, newest first: what came after it is lost. */
  readonly cut: readonly (readonly [epoch: number, takenAt: number])[];
}

/**
 * Which epochs a store that was put back from a backup may commit. The validator that ran before had committed every epoch up to the
 * one after its last, and its commitments were public: one that is not in the backup could differ from what would be made now (another
 * secret, another policy). So nothing is committed, or drawn, for an epoch that was under way or next at the first start after the
 * backup was put back, unless its commitment is on record.
 */
export class RestoredEpochs {
  readonly #store: Pick<Store, "note" | "setNote" | "openEpochs">;
  readonly #log: Log;
  /** Undefined until it was read; null where nothing is held back. */
  #settled: Settled | null | undefined;

  constructor(store: Pick<Store, "note" | "setNote" | "openEpochs">, log: Log) {
    this.#store = store;
    this.#log = log;
  }

  /** Before anything is committed, with a clock that is believed: `after` is the epoch after the current one. */
  async settle(after: EpochSpan): Promise<void> {
    if (this.#settled !== undefined) return;
    const backup = backupNoteOf(await this.#store.note(BACKUP_NOTE));
    if (backup === null) {
      this.#settled = null;
      return;
    }
    const text = await this.#store.note(NOTE);
    const known = text === null ? null : (JSON.parse(text) as Settled);
    this.#settled = known?.backup === backup.id ? known : await this.#first(backup, after, known?.cut ?? []);
  }

  async #first(backup: BackupNote, after: EpochSpan, earlier: Settled["cut"]): Promise<Settled> {
    const { id, taken_at } = backup;
    const open = (await this.#store.openEpochs()).map(({ epoch }) => [epoch, taken_at] as const);
    const settled = { backup: id, opens_at: after.endsAt, cut: [...open, ...earlier].slice(0, CUT_MOST) };
    await this.#store.setNote(NOTE, JSON.stringify(settled));
    this.#log.warn("store_restored", { taken_at, epochs_open_at: settled.opens_at });
    return settled;
  }

  /** Whether an epoch that is not on record may be committed; asked once it was settled. */
  mayCommit({ beginsAt }: EpochSpan): boolean {
    if (this.#settled === undefined) throw new TypeError("restored epochs: not settled");
    return this.#settled === null || beginsAt >= this.#settled.opens_at;
  }

  /** When the first epoch begins that may be committed although it is not on record; null where nothing is held back. */
  get opensAt(): number | null {
    return this.#settled?.opens_at ?? null;
  }

  /** Since when lines of an epoch's log may be lost: the epoch was open when the backup was taken. Null where none are. */
  cutAt(epoch: number): number | null {
    const times = (this.#settled?.cut ?? []).filter(([cut]) => cut === epoch).map(([, takenAt]) => takenAt);
    return times.length === 0 ? null : Math.min(...times);
  }
}
