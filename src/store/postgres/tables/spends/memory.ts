import { BoundedMap } from "../../../../core/queue/boundedMap.ts";

/** Rows that a process remembers to have met: as many as admission has of hotkeys, for each of three kinds. */
const KNOWN_MOST = 49_152;

/** What a process knows of the limits that all share. */
export class SpendMemory {
  readonly #known = new BoundedMap<string, true>(KNOWN_MOST);
  #counted = 0;
  #added = 0;
  #isUsed = false;

  /** Signatures that are remembered by all, when they were last counted, and those noted here since. */
  get remembered(): number {
    return this.#counted + this.#added;
  }

  /** Whether anything was spent since the last count. */
  get isUsed(): boolean {
    return this.#isUsed;
  }

  has(name: string): boolean {
    return this.#known.get(name) !== undefined;
  }

  add(name: string): void {
    this.#isUsed = true;
    this.#known.set(name, true);
  }

  noted(signatures: number): void {
    this.#added += signatures;
  }

  counted(signatures: number): void {
    this.#counted = signatures;
    this.#added = 0;
    this.#isUsed = signatures > 0;
  }
}
