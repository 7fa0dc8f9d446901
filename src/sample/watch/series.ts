import { parseFraction, threshold64 } from "../../core/fraction.ts";
import type { Draw } from "../../flow/draw.ts";
import { type Design, designOf, type EValue, initialEValue } from "./eValue.ts";
import { LANE_BUDGET, levelOf } from "./levels.ts";

/** The members of a draw that the watch reads. */
export type WatchedDraw = Pick<Draw, "lane" | "hotkey" | "class" | "rate" | "x" | "sampled">;

/** Draws of one design, followed until their evidence refutes it. */
export interface Series {
  readonly design: Design;
  readonly evidence: EValue;
  /** The e-value at which the design counts as refuted. */
  readonly limit: number;
  alarmed: boolean;
}

export interface LaneSeries extends Series {
  readonly lane: string;
  readonly class: string;
  /** The rate as the policy writes it. */
  readonly rate: string;
}

/** Lane, class and rate triples followed; a deployment has a handful. */
const SERIES = 256;

/** The series of every lane, class and rate; past the bound the least used one is dropped. */
export class LaneTable {
  readonly #dropped: () => void;
  /** Sorts itself: a series that is found moves one place forward, so those in use are near the front. */
  readonly #series: LaneSeries[] = [];
  #begun = 0;

  constructor(dropped: () => void) {
    this.#dropped = dropped;
  }

  /** Throws RangeError when the rate is no fraction in 0..1. */
  of(draw: WatchedDraw): LaneSeries {
    const all = this.#series;
    for (let i = 0; i < all.length; i++) {
      const found = all[i];
      if (found === undefined || !isOf(found, draw)) continue;
      if (i > 0) this.#moveForward(i, found);
      return found;
    }
    return this.#begin(draw);
  }

  leastUsedFirst(): readonly LaneSeries[] {
    return this.#series.toReversed();
  }

  #moveForward(from: number, found: LaneSeries): void {
    const before = this.#series[from - 1];
    if (before === undefined) return;
    this.#series[from - 1] = found;
    this.#series[from] = before;
  }

  #begin(draw: WatchedDraw): LaneSeries {
    const design = designOf(rateNumber(draw.rate));
    const isCertain = design.rate === 0 || design.rate === 1;
    const fresh = {
      lane: draw.lane,
      class: draw.class,
      rate: draw.rate,
      design,
      evidence: initialEValue(),
      // A design that rules out an outcome needs no probability of false alarms.
      limit: isCertain ? Number.POSITIVE_INFINITY : 1 / levelOf(this.#begun++, LANE_BUDGET),
      alarmed: false,
    };
    if (this.#series.length === SERIES) {
      this.#series.pop();
      this.#dropped();
    }
    this.#series.push(fresh);
    return fresh;
  }
}

function isOf(series: LaneSeries, draw: WatchedDraw): boolean {
  return series.class === draw.class && series.lane === draw.lane && series.rate === draw.rate;
}

/** The rate that the threshold gives exactly, as a float: for the watch only, never for a decision. */
function rateNumber(text: string): number {
  const fraction = parseFraction(text);
  if (fraction === null) throw new RangeError(`sample rate "${text}" is not a fraction in 0..1`);
  return Number(threshold64(fraction)) / 2 ** 64;
}
