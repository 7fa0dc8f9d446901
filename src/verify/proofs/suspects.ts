import { BoundedMap } from "../../core/queue/boundedMap.ts";

/** Hotkeys remembered: as many as a subnet has, many times over; past it the one longest out of sight is forgotten. */
const HOTKEYS_MAX = 4096;
/** How long one invalid answer is held against a hotkey here, ms: a suspension, where there is one, is far longer. */
const MEMORY_MS = 3_600_000;

/** Hotkeys with an invalid answer in the recent past. It decides with whom they share a batch, and nothing else. */
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
