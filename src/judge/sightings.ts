import type { Sighting } from "../flow/standing.ts";

/**
 * When hotkeys were first and last seen, least recently seen first; about `limit` of them, however fast new ones appear. Evicted
 * hotkeys are remembered until the store has dropped them too.
 */
export class Sightings {
  readonly #byHotkey = new Map<string, Sighting>();
  readonly #gone = new Set<string>();
  readonly #limit: number;
  readonly #isKept: (hotkey: string) => boolean;

  /** `isKept`: hotkeys that are never evicted. */
  constructor(limit: number, isKept: (hotkey: string) => boolean, known: readonly Sighting[]) {
    this.#limit = limit;
    this.#isKept = isKept;
    const oldestFirst = known.toSorted((a, b) => a.lastSeen - b.lastSeen);
    for (const sighting of oldestFirst) this.#byHotkey.set(sighting.hotkey, sighting);
  }

  get size(): number {
    return this.#byHotkey.size;
  }

  get(hotkey: string): Sighting | undefined {
    return this.#byHotkey.get(hotkey);
  }

  values(): Iterable<Sighting> {
    return this.#byHotkey.values();
  }

  /** Evicted hotkeys that the store still has. */
  gone(): string[] {
    return [...this.#gone];
  }

  /** Returns the hotkey evicted to make room, if any. */
  see(hotkey: string, block: number): string | null {
    const known = this.#byHotkey.get(hotkey);
    const firstSeen = known?.firstSeen ?? block;
    const lastSeen = Math.max(known?.lastSeen ?? block, block);
    const evicted = known === undefined && this.size >= this.#limit ? this.#evict() : null;
    this.#byHotkey.delete(hotkey);
    this.#gone.delete(hotkey);
    this.#byHotkey.set(hotkey, { hotkey, firstSeen, lastSeen });
    return evicted;
  }

  /** The store has dropped these. A hotkey seen again meanwhile stays. */
  forget(hotkeys: readonly string[], asOf: ReadonlyMap<string, Sighting | undefined>): void {
    for (const hotkey of hotkeys) {
      this.#gone.delete(hotkey);
      if (this.#byHotkey.get(hotkey) === asOf.get(hotkey)) this.#byHotkey.delete(hotkey);
    }
  }

  #evict(): string | null {
    for (const hotkey of this.#byHotkey.keys()) {
      if (this.#isKept(hotkey)) continue;
      this.#byHotkey.delete(hotkey);
      // Past the bound the store keeps the row until the next start loads and prunes it.
      if (this.#gone.size < this.#limit) this.#gone.add(hotkey);
      return hotkey;
    }
    return null;
  }
}
