import { initialEValue } from "./eValue.ts";
import { levelOf, MINER_BUDGET } from "./levels.ts";
import type { LaneSeries, Series } from "./series.ts";

export interface MinerSeries extends Series {
  readonly of: LaneSeries;
}

/** Hotkeys followed: ample for a network of 256 miners whose former hotkeys are remembered. */
const HOTKEYS = 8192;
/** Lanes and classes followed per hotkey; past it the oldest is dropped. */
const SERIES_EACH = 16;

interface Followed {
  /** Whether it was used since it was added, or since it was last spared from dropping. */
  used: boolean;
  readonly series: MinerSeries[];
}

/** The series of every miner, by lane and class; past the bound the oldest hotkey without a recent draw is dropped. */
export class MinerTable {
  readonly #dropped: () => void;
  readonly #hotkeys = new Map<string, Followed>();
  #begun = 0;

  constructor(dropped: () => void) {
    this.#dropped = dropped;
  }

  of(hotkey: string, lane: LaneSeries): MinerSeries {
    let followed = this.#hotkeys.get(hotkey);
    if (followed === undefined) {
      if (this.#hotkeys.size === HOTKEYS) this.#dropOne();
      followed = { used: false, series: [] };
      this.#hotkeys.set(hotkey, followed);
    } else followed.used = true;
    for (const series of followed.series) if (series.of === lane) return series;
    return this.#begin(followed.series, lane);
  }

  #begin(all: MinerSeries[], of: LaneSeries): MinerSeries {
    const limit = 1 / levelOf(this.#begun++, MINER_BUDGET);
    const fresh = { of, design: of.design, evidence: initialEValue(), limit, alarmed: false };
    if (all.length === SERIES_EACH) {
      all.shift();
      this.#dropped();
    }
    all.push(fresh);
    return fresh;
  }

  /** A hotkey used since it was last examined moves to the end instead: at most one pass over all. */
  #dropOne(): void {
    for (const [hotkey, followed] of this.#hotkeys) {
      this.#hotkeys.delete(hotkey);
      if (!followed.used) break;
      followed.used = false;
      this.#hotkeys.set(hotkey, followed);
    }
    this.#dropped();
  }
}
