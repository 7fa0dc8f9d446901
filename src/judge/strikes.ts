import { inWindow, type Moment, STRUCK_BLOCKS, strikesInWindow } from "./rules.ts";

interface Struck {
  readonly block: number;
  /** When it was recorded, Unix ms; null when by an earlier run. */
  readonly at: number | null;
  /** False once it led to a suspension. */
  counted: boolean;
}

/** Strikes in memory, a few per hotkey: the store has evidence and history. */
export class Strikes {
  readonly #byHotkey = new Map<string, Struck[]>();
  readonly #limit: number;

  /** `limit`: strikes kept per hotkey, oldest dropped first. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  add(hotkey: string, { block, at }: Moment, counted: boolean): void {
    const strikes = this.#byHotkey.get(hotkey) ?? [];
    strikes.push({ block, at, counted });
    strikes.sort((a, b) => a.block - b.block);
    if (strikes.length > this.#limit) strikes.shift();
    this.#byHotkey.set(hotkey, strikes);
  }

  /** Strikes of the hotkey that still count towards a suspension at the block. */
  counted(hotkey: string, block: number, windowBlocks: number): number {
    const strikes = this.#byHotkey.get(hotkey) ?? [];
    const counting = strikes.filter((strike) => strike.counted).map((strike) => strike.block);
    return strikesInWindow(counting, block, windowBlocks);
  }

  /** The hotkey's last strike that is kept, or null. */
  last(hotkey: string): Moment | null {
    return this.#byHotkey.get(hotkey)?.at(-1) ?? null;
  }

  /** The strikes led to a suspension: from now on they only count for the sample rate. */
  settle(hotkey: string): void {
    for (const strike of this.#byHotkey.get(hotkey) ?? []) strike.counted = false;
  }

  /** How many are within the last 50,400 blocks; with the height unknown (null), all that are kept. */
  recent(hotkey: string, block: number | null): number {
    const strikes = this.#byHotkey.get(hotkey);
    if (strikes === undefined) return 0;
    if (block === null) return strikes.length;
    return strikes.filter((strike) => inWindow(strike.block, block, STRUCK_BLOCKS)).length;
  }

  forget(hotkey: string): void {
    this.#byHotkey.delete(hotkey);
  }

  /** Drops those that neither window needs. */
  prune(block: number, windowBlocks: number): void {
    const kept = Math.max(windowBlocks, STRUCK_BLOCKS);
    for (const [hotkey, strikes] of this.#byHotkey) {
      const left = strikes.filter((strike) => inWindow(strike.block, block, kept));
      if (left.length === 0) this.#byHotkey.delete(hotkey);
      else this.#byHotkey.set(hotkey, left);
    }
  }
}
