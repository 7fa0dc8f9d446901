import type { DatabaseSync, StatementSync } from "node:sqlite";
import { deflateRawSync } from "node:zlib";
import { canonical } from "../../../core/canonical.ts";
import { sha256Hex } from "../../../core/hash.ts";
import type { DroppedExhibit, Evidence, StrikeRecord } from "../../../flow/strike.ts";
import { completeEvidence, EXHIBIT_TEXT_MOST, HOTKEY_DAY_BYTES } from "../../records/exhibit.ts";
import { integer } from "../../records/rows.ts";

const DAY_MS = 86_400_000;
/** The same of all hotkeys: 6,000 proofs a day, and 32 MB on disk with a week's exhibits. */
const DAY_BYTES = 4_194_304;

export const dayOf = (at: number): number => Math.floor(at / DAY_MS);

/** Every hotkey together. */
const ALL = "";

/** The exhibits of strikes: within a budget per hotkey and day and one per day, and for a time. */
export class ExhibitRows {
  readonly #insert: StatementSync;
  readonly #used: StatementSync;
  readonly #use: StatementSync;
  readonly #find: StatementSync;

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare("INSERT INTO exhibits (strike, day, body) VALUES (?, ?, ?)");
    this.#used = db.prepare(
      "SELECT coalesce(max(bytes), 0) AS n FROM exhibit_use WHERE day = ? AND hotkey = ?",
    );
    this.#use = db.prepare(`INSERT INTO exhibit_use (day, hotkey, bytes) VALUES (?, ?, ?)
      ON CONFLICT DO UPDATE SET bytes = bytes + excluded.bytes`);
    this.#find = db.prepare("SELECT body FROM exhibits WHERE strike = ?");
  }

  /**
   * What the strike's own row says of its exhibit: what will be true of it once it is gone. `put` stores the exhibit; called
   * with the row's id, inside the caller's transaction.
   */
  take({ hotkey, at, evidence }: StrikeRecord): { evidence: Evidence; put: (strike: number) => void } {
    const { exhibit, ...kept } = evidence;
    if (exhibit === undefined) return { evidence, put: () => {} };
    const text = canonical(exhibit);
    const bytes = Buffer.byteLength(text);
    const day = dayOf(at);
    const left = this.#left(day, hotkey);
    const body = left > 0 && bytes <= EXHIBIT_TEXT_MOST ? deflateRawSync(text, { level: 1 }) : null;
    const fits = body !== null && body.length <= left;
    const dropped: DroppedExhibit = { why: fits ? "expired" : "budget", bytes, sha256: sha256Hex(text) };
    const put = (strike: number): void => {
      if (!fits) return;
      this.#insert.run(strike, day, body);
      for (const user of [hotkey, ALL]) this.#use.run(day, user, body.length);
    };
    return { evidence: { ...kept, exhibit_dropped: dropped }, put };
  }

  /** The evidence of a strike's row with its exhibit, if that is still kept. */
  complete(strike: number, evidence: Evidence): Evidence {
    if (evidence.exhibit_dropped === undefined) return evidence;
    return completeEvidence(evidence, this.#find.get(strike));
  }

  /** How many bytes of the day the hotkey may still use. */
  #left(day: number, hotkey: string): number {
    return Math.min(HOTKEY_DAY_BYTES - this.#usedBy(day, hotkey), DAY_BYTES - this.#usedBy(day, ALL));
  }

  #usedBy(day: number, hotkey: string): number {
    return integer(this.#used.get(day, hotkey), "n");
  }
}
