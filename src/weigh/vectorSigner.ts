import { canonical } from "../core/canonical.ts";
import type { Signer } from "../core/ed25519.ts";
import { sha256Hex } from "../core/hash.ts";
import type { Log } from "../core/log.ts";
import { AssayError } from "../core/problems/assayError.ts";
import type { BackupNote } from "../flow/restored.ts";
import type { Store } from "../flow/store.ts";
import {
  periodOf,
  type SignedVector,
  type SigningMark,
  type SigningMarks,
  type UnsignedVector,
} from "../flow/weights.ts";
import { RestoredPeriods } from "./restoredPeriods.ts";

export interface VectorSignerModules {
  readonly store: Pick<Store, "recordIntent" | "saveVector" | "latestVector" | "note" | "setNote">;
  readonly signer: Signer;
  readonly marks: SigningMarks;
  readonly log: Log;
}

/** Says that a mark was made for this store: when the mark is missing later, it was lost. */
const MARKED_NOTE = "weigh_marked";

/** The hash of what a vector was signed over. */
function intentHash(intent: UnsignedVector): string {
  return sha256Hex(canonical(intent));
}

function intentOf({ signature: _, ...intent }: SignedVector): UnsignedVector {
  return intent;
}

/**
 * Signs one vector per period. The intent is recorded first, then the mark, then it is signed: a period at or below the mark is only
 * signed when its intent is the one that the mark names, whatever store is beside it.
 */
export class VectorSigner {
  readonly #modules: VectorSignerModules;
  readonly #restored: RestoredPeriods;
  /** Undefined until it was read; null before the first vector. */
  #mark: SigningMark | null | undefined;
  #isNoted = false;

  constructor(modules: VectorSignerModules) {
    this.#modules = modules;
    this.#restored = new RestoredPeriods(modules.store, modules.log);
  }

  /** At the first height that is known: what a store that was put back from a backup never signs is settled then. */
  async settle(underWay: (backup: BackupNote) => Promise<number>): Promise<void> {
    await this.#restored.floor(underWay);
  }

  /**
   * The signed vector of a period, `last` being the last one that is over; `make` gives what to sign where nothing is on record. Null
   * for an intent of another key. Throws `period_signed` when another vector of the period may have been signed.
   */
  async sign(
    period: number,
    last: number,
    make: () => Promise<UnsignedVector>,
  ): Promise<SignedVector | null> {
    const { store, signer } = this.#modules;
    const mark = await this.#raised(await this.#readMark(last), last);
    if (mark !== null && period < mark.period) throw this.#refusal(period, mark);
    const intent = await store.recordIntent(await make());
    // The document names its key: another key must not sign it, and changing it would make a second vector.
    if (intent.key_id !== signer.kid) return null;
    const hash = intentHash(intent);
    if (mark?.period === period && mark.intent_sha256 !== hash) throw this.#refusal(period, mark);
    if (mark?.period !== period) await this.#write({ period, intent_sha256: hash });
    const vector = { ...intent, signature: signer.signDocument(intent) };
    await store.saveVector(vector);
    return vector;
  }

  /**
   * For a process that may take over from another one, whose mark is elsewhere: what is over by now may have been signed, and later
   * periods are signed without delay. Nothing where there is a mark already.
   */
  async presume(last: number): Promise<void> {
    const { marks, store, log } = this.#modules;
    if (this.#mark !== undefined || (await marks.read()) !== null) return;
    if ((await store.note(MARKED_NOTE)) === null) return;
    log.info("signing_mark_presumed", { file: marks.place, period: last });
    this.#isNoted = true;
    await this.#write({ period: last, intent_sha256: null });
  }

  #refusal(period: number, mark: SigningMark): AssayError {
    const { place } = this.#modules.marks;
    return new AssayError({ code: "period_signed", period, mark: mark.period, file: place });
  }

  /** The mark, raised to what a restored store may not sign: also a mark that was copied with its backup is out of date. */
  async #raised(mark: SigningMark | null, last: number): Promise<SigningMark | null> {
    const floor = await this.#restored.floor(async () => last + 1);
    if (floor === null || (mark !== null && mark.period >= floor)) return mark;
    const raised = { period: floor, intent_sha256: null };
    await this.#write(raised);
    return raised;
  }

  async #readMark(last: number): Promise<SigningMark | null> {
    if (this.#mark !== undefined) return this.#mark;
    const { marks, store, log } = this.#modules;
    const kept = await marks.read();
    const isMarked = (await store.note(MARKED_NOTE)) !== null;
    this.#isNoted = isMarked;
    if (kept !== null) this.#mark = kept;
    else if (isMarked) {
      // What was signed is unknown, and at most the last period that is over.
      log.error("signing_mark_lost", { file: marks.place, presumed_period: last });
      await this.#write({ period: last, intent_sha256: null });
    } else await this.#markFromStore();
    return this.#mark ?? null;
  }

  /** The first start of a version that keeps a mark. */
  async #markFromStore(): Promise<void> {
    const latest = await this.#modules.store.latestVector();
    if (latest === null) this.#mark = null;
    else await this.#write({ period: periodOf(latest), intent_sha256: intentHash(intentOf(latest)) });
  }

  async #write(mark: SigningMark): Promise<void> {
    const { marks, store } = this.#modules;
    await marks.write(mark);
    if (!this.#isNoted) await store.setNote(MARKED_NOTE, "1");
    this.#isNoted = true;
    this.#mark = mark;
  }
}
