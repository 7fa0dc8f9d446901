import { BoundedMap } from "../../core/queue/boundedMap.ts";
import type { StandingFeed, StrikeMark } from "../../flow/standingChanges.ts";

/** Changes read at once; more at once are not told one by one. */
const CHANGES_MOST = 256;
/** Strikes that are known to have been told. */
const TOLD_MOST = 4096;
/** Clocks of processes that share a store differ by less, ms. */
const SKEW_MS = 5000;

/** The strikes of all processes, each once, as soon as they are on record: from then on anyone can read them anyway. */
export class StrikeFeed {
  readonly #store: StandingFeed;
  readonly #since: number;
  readonly #told = new BoundedMap<string, true>(TOLD_MOST);
  #last: number;

  static async open(store: StandingFeed, nowMs: number): Promise<StrikeFeed> {
    return new StrikeFeed(store, (await store.standingChanges(null, 0)).last, nowMs - SKEW_MS);
  }

  private constructor(store: StandingFeed, last: number, since: number) {
    this.#store = store;
    this.#last = last;
    this.#since = since;
  }

  /** Those since the last call; null: too many to tell one by one. */
  async next(): Promise<readonly StrikeMark[] | null> {
    const { last, hotkeys } = await this.#store.standingChanges(this.#last, CHANGES_MOST);
    if (hotkeys === null || hotkeys.length === CHANGES_MOST) {
      this.#last = (await this.#store.standingChanges(null, 0)).last;
      return null;
    }
    this.#last = last;
    if (hotkeys.length === 0) return [];
    const found = await this.#store.strikesSince(hotkeys, this.#since);
    const fresh = found.filter(({ strikeId }) => this.#told.peek(strikeId) === undefined);
    for (const { strikeId } of fresh) this.#told.set(strikeId, true);
    return fresh;
  }
}
