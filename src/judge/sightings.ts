import { Line, type Linked } from "../core/queue/line.ts";
import type { Remembered } from "../flow/standing.ts";

/** What is forgotten first: 0, what never delivered; 1, what delivered and is in its cold start; 2, what may earn. */
export type Rank = 0 | 1 | 2;

export interface SightingRules {
  /** The most hotkeys remembered, suspended ones not counted. */
  readonly limit: number;
  readonly rankOf: (sighting: Remembered) => Rank;
  /** Hotkeys that are never forgotten: those that are suspended. */
  readonly isKept: (hotkey: string) => boolean;
}

class Entry implements Linked<Entry> {
  sighting: Remembered;
  /** Null while it is kept apart. */
  line: Line<Entry> | null = null;
  prev: Entry | null = null;
  next: Entry | null = null;

  constructor(sighting: Remembered) {
    this.sighting = sighting;
  }
}

/**
 * When hotkeys were first and last seen. One line per rank, least recently seen first: to make room the first of the lowest rank is
 * forgotten, so that new hotkeys can only push out hotkeys that are worth no more than themselves. Suspended hotkeys are in no line.
 * An entry changes its line when it is seen, or when it comes to the front, so making room takes constant time on average.
 */
export class Sightings {
  readonly #rules: SightingRules;
  readonly #byHotkey = new Map<string, Entry>();
  readonly #lines: Readonly<Record<Rank, Line<Entry>>> = { 0: new Line(), 1: new Line(), 2: new Line() };
  readonly #kept = new Set<Entry>();
  readonly #gone = new Set<string>();

  constructor(rules: SightingRules, known: Iterable<Remembered>) {
    this.#rules = rules;
    for (const sighting of [...known].sort((a, b) => a.lastSeen - b.lastSeen)) this.#put(new Entry(sighting));
    while (this.#forgetOne() !== null);
  }

  get size(): number {
    return this.#byHotkey.size;
  }

  get(hotkey: string): Remembered | undefined {
    return this.#byHotkey.get(hotkey)?.sighting;
  }

  *values(): Iterable<Remembered> {
    for (const { sighting } of this.#byHotkey.values()) yield sighting;
  }

  /** Forgotten hotkeys that the store still has. */
  gone(): string[] {
    return [...this.#gone];
  }

  /** Returns the hotkey that is not remembered any more, if any; it can be this one. */
  see(hotkey: string, block: number, delivered: boolean): string | null {
    const entry = this.#byHotkey.get(hotkey);
    if (entry !== undefined) this.#take(entry);
    const known = entry?.sighting;
    const sighting: Remembered = {
      hotkey,
      firstSeen: known?.firstSeen ?? block,
      lastSeen: Math.max(known?.lastSeen ?? block, block),
      delivered: delivered || (known?.delivered ?? false),
    };
    const seen = entry ?? new Entry(sighting);
    seen.sighting = sighting;
    this.#gone.delete(hotkey);
    this.#put(seen);
    return this.#forgetOne();
  }

  /** Takes over a sighting of another process: the first of the two first ones, the last of the last ones. */
  learn({ hotkey, firstSeen, lastSeen, delivered }: Remembered): void {
    const entry = this.#byHotkey.get(hotkey);
    const known = entry?.sighting;
    const isKnown =
      known !== undefined &&
      known.firstSeen <= firstSeen &&
      known.lastSeen >= lastSeen &&
      (known.delivered || !delivered);
    if (isKnown) return;
    const learnt = entry ?? new Entry({ hotkey, firstSeen, lastSeen, delivered });
    if (entry !== undefined) this.#take(entry);
    learnt.sighting = {
      hotkey,
      firstSeen: Math.min(known?.firstSeen ?? firstSeen, firstSeen),
      lastSeen: Math.max(known?.lastSeen ?? lastSeen, lastSeen),
      delivered: delivered || (known?.delivered ?? false),
    };
    this.#gone.delete(hotkey);
    this.#put(learnt);
    while (this.#forgetOne() !== null);
  }

  /** The hotkey was suspended: it is kept apart, and leaves its place to others. */
  suspended(hotkey: string): void {
    const entry = this.#byHotkey.get(hotkey);
    if (entry === undefined) return;
    this.#take(entry);
    this.#put(entry);
  }

  /** The store has dropped these. A hotkey seen again meanwhile stays. */
  forget(hotkeys: readonly string[], asOf: ReadonlyMap<string, Remembered | undefined>): void {
    for (const hotkey of hotkeys) {
      this.#gone.delete(hotkey);
      const entry = this.#byHotkey.get(hotkey);
      if (entry !== undefined && entry.sighting === asOf.get(hotkey)) this.#drop(entry);
    }
  }

  /** Takes those back into the lines that are not suspended any more. Looks at all that were kept: not for every call. */
  review(): void {
    for (const entry of this.#kept) {
      if (this.#rules.isKept(entry.sighting.hotkey)) continue;
      this.#take(entry);
      this.#put(entry);
    }
    while (this.#forgetOne() !== null);
  }

  #put(entry: Entry): void {
    const { hotkey } = entry.sighting;
    this.#byHotkey.set(hotkey, entry);
    if (this.#rules.isKept(hotkey)) {
      this.#kept.add(entry);
      return;
    }
    const line = this.#lines[this.#rules.rankOf(entry.sighting)];
    entry.line = line;
    line.append(entry);
  }

  #take(entry: Entry): void {
    entry.line?.remove(entry);
    entry.line = null;
    this.#kept.delete(entry);
  }

  #drop(entry: Entry): void {
    this.#take(entry);
    this.#byHotkey.delete(entry.sighting.hotkey);
  }

  /** Forgets one hotkey if there are too many. */
  #forgetOne(): string | null {
    for (const rank of [0, 1, 2] as const) {
      for (let entry = this.#lines[rank].first; entry !== null; entry = this.#lines[rank].first) {
        if (this.size - this.#kept.size <= this.#rules.limit) return null;
        const { hotkey } = entry.sighting;
        if (this.#rules.isKept(hotkey) || this.#rules.rankOf(entry.sighting) > rank) {
          this.#take(entry);
          this.#put(entry);
        } else {
          this.#drop(entry);
          // Past the bound the store keeps the row until the next start loads and prunes it.
          if (this.#gone.size < this.#rules.limit) this.#gone.add(hotkey);
          return hotkey;
        }
      }
    }
    return null;
  }
}
