import { CHANGES_KEPT, type StandingChanges } from "../../../src/flow/standingChanges.ts";

/** Whose standing changed, under growing numbers; the oldest are dropped. */
export class ModelChanges {
  #hotkeys: string[] = [];
  #last = 0;

  note(hotkey: string): void {
    this.#last++;
    this.#hotkeys.push(hotkey);
    if (this.#hotkeys.length > 2 * CHANGES_KEPT.count)
      this.#hotkeys = this.#hotkeys.slice(-CHANGES_KEPT.count);
  }

  since(after: number | null, limit: number): StandingChanges {
    const last = this.#last;
    if (after === null) return { last, hotkeys: [] };
    const dropped = last - this.#hotkeys.length;
    if (after > last || after < dropped) return { last, hotkeys: null };
    const page = this.#hotkeys.slice(after - dropped, after - dropped + limit);
    return { last: after + page.length, hotkeys: [...new Set(page)] };
  }
}
