import { sha256 } from "../../core/hash.ts";
import type { Store } from "../../flow/store.ts";
import { parseState, parseStates, type SavedState, stateText } from "./savedState.ts";

const NOTE = "dispatch_state";
/** Notes of processes that share a store: bounded, whatever names they have had. Two names in one place overwrite each other. */
const PLACES = 16;

const noteOf = (place: number): string => `${NOTE}/${place}`;

/**
 * Where the learned caps and times are kept for a restart. Processes that share a store each have a note, in a place that follows
 * from their name; a start reads all of them, since the miners of one that is gone, or was renamed, come to others.
 */
export class StateNotes {
  readonly #records: Pick<Store, "note" | "setNote">;
  /** Null where no other process shares the store. */
  readonly #own: string | null;

  constructor(records: Pick<Store, "note" | "setNote">, node: string | null) {
    this.#records = records;
    this.#own = node === null ? null : noteOf((sha256(node)[0] ?? 0) % PLACES);
  }

  /** Unreadable parts are left out. Rejects with `store_unavailable`. */
  async read(): Promise<SavedState> {
    if (this.#own === null) return parseState(await this.#records.note(NOTE));
    const names = Array.from({ length: PLACES }, (_, place) => noteOf(place));
    return parseStates(await Promise.all([NOTE, ...names].map((name) => this.#records.note(name))));
  }

  /** `at`: Unix ms. */
  write(state: SavedState, at: number): Promise<void> {
    if (this.#own === null) return this.#records.setNote(NOTE, stateText(state));
    return this.#records.setNote(this.#own, stateText(state, at));
  }
}
