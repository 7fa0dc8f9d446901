import { initialEValue } from "./eValue.ts";
import { levelOf, MINER_BUDGET } from "./levels.ts";
import type { LaneSeries, Series } from "./series.ts";

export interface MinerSeries extends Series {
  readonly of: LaneSeries;
}

/** Hotkeys followed: four times what a network of 256 with a long memory brings. */
const HOTKEYS = 8192;
/** Lanes and classes followed of one hotkey; past it the oldest is dropped. */
const SERIES_EACH = 16;

interface Followed {
  /** Again since it was new, or since it was last passed over for dropping. */
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

  /** One that was used since it was last looked at goes to the end instead: a turn through all at most. */
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
