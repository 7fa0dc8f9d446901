import type { SkiplistItem, Suspension, SuspensionKind } from "../flow/standing.ts";
import { suspendedAt } from "./rules.ts";

/** The suspension as it is served. */
export function itemOf({ hotkey, kind, untilBlock, reason, by, at }: Suspension): SkiplistItem {
  return { hotkey, kind, until_block: untilBlock, reason, by, at };
}

/**
 * Suspensions in memory: one of each kind per hotkey, never shortened. Bounded by the strikes and failures to connect within the
 * length of a suspension.
 */
export class Suspensions {
  readonly #byHotkey = new Map<string, Map<SuspensionKind, Suspension>>();

  /** Keeps the later end of a kind. */
  add(suspension: Suspension): void {
    const kinds = this.#byHotkey.get(suspension.hotkey) ?? new Map<SuspensionKind, Suspension>();
    const known = kinds.get(suspension.kind);
    if (known === undefined || known.untilBlock < suspension.untilBlock) {
      kinds.set(suspension.kind, suspension);
    }
    this.#byHotkey.set(suspension.hotkey, kinds);
  }

  hotkeys(): Iterable<string> {
    return this.#byHotkey.keys();
  }

  of(hotkey: string): readonly Suspension[] {
    return [...(this.#byHotkey.get(hotkey)?.values() ?? [])];
  }

  get(hotkey: string, kind: SuspensionKind): Suspension | null {
    return this.#byHotkey.get(hotkey)?.get(kind) ?? null;
  }

  /** Those of a kind that are live at the block; with the height unknown (null) all. */
  ofKind(kind: SuspensionKind, block: number | null): Suspension[] {
    return [...this.#byHotkey.values()]
      .map((kinds) => kinds.get(kind))
      .filter((suspension) => suspension !== undefined)
      .filter(({ untilBlock }) => block === null || suspendedAt(block, untilBlock));
  }

  /** The suspension that ends last among those live at the block; with the height unknown (null) all are live. */
  longest(hotkey: string, block: number | null): Suspension | null {
    const kinds = this.#byHotkey.get(hotkey);
    if (kinds === undefined) return null;
    let best: Suspension | null = null;
    for (const suspension of kinds.values()) {
      if (block !== null && !suspendedAt(block, suspension.untilBlock)) continue;
      if (best === null || best.untilBlock < suspension.untilBlock) best = suspension;
    }
    return best;
  }

  /** One suspension per suspended hotkey, the longest. */
  live(block: number | null): Suspension[] {
    const all = [...this.#byHotkey.keys()].map((hotkey) => this.longest(hotkey, block));
    return all.filter((suspension) => suspension !== null);
  }

  /** Removes exactly these; a suspension that replaced one of them meanwhile stays. */
  remove(suspensions: readonly Suspension[]): void {
    for (const suspension of suspensions) {
      const kinds = this.#byHotkey.get(suspension.hotkey);
      if (kinds?.get(suspension.kind) === suspension) kinds.delete(suspension.kind);
      if (kinds?.size === 0) this.#byHotkey.delete(suspension.hotkey);
    }
  }

  /** Removes those that ended at or before the block. */
  dropEnded(block: number): void {
    for (const kinds of [...this.#byHotkey.values()]) {
      this.remove([...kinds.values()].filter((suspension) => !suspendedAt(block, suspension.untilBlock)));
    }
  }
}
