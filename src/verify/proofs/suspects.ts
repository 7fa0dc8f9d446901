import { BoundedMap } from "../../core/queue/boundedMap.ts";

/** Hotkeys remembered, many times those of a subnet; past it the least recently seen one is forgotten. */
const HOTKEYS_MAX = 4096;
/** How long one invalid answer counts against a hotkey here, ms; a suspension, if any, is far longer. */
const MEMORY_MS = 3_600_000;

/** Hotkeys with a recent invalid answer; this only decides with whom they share a batch. */
export class Suspects {
  readonly #until = new BoundedMap<string, number>(HOTKEYS_MAX);

  caught(hotkey: string, monotonicMs: number): void {
    this.#until.set(hotkey, monotonicMs + MEMORY_MS);
  }

  has(hotkey: string, monotonicMs: number): boolean {
    const until = this.#until.get(hotkey);
    return until !== undefined && monotonicMs < until;
  }
}
