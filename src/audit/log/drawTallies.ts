import type { DrawClass } from "../../flow/draw.ts";
import { type Rates, rateFor } from "../../sample/policy.ts";

/** Draws of one lane and class. */
export interface DrawTally {
  /** As the policy writes it. */
  readonly rate: string;
  drawn: number;
  sampled: number;
}

export type TalliesByLane = Readonly<Record<string, Readonly<Record<string, DrawTally>>>>;

/** Counts draws by lane and class, those of the policy only. */
export class DrawTallies {
  readonly #lanes = new Map<string, Map<string, DrawTally>>();

  constructor(rates: Rates | null) {
    if (rates === null) return;
    const classes: DrawClass[] = ["lane", ...rates.classes.keys()];
    for (const lane of rates.lanes.keys()) {
      const tallies = classes
        .map((name) => ({ name, applied: rateFor(rates, lane, [name]) }))
        .filter(({ name, applied }) => applied.class === name)
        .map(({ name, applied }) => [name, { rate: applied.rate.text, drawn: 0, sampled: 0 }] as const);
      this.#lanes.set(lane, new Map(tallies));
    }
  }

  /** The tallies of a lane by class; undefined where the policy has no such lane. */
  of(lane: string): ReadonlyMap<string, DrawTally> | undefined {
    return this.#lanes.get(lane);
  }

  /** Those that were drawn at all. */
  drawn(): TalliesByLane {
    const lanes = Array.from(this.#lanes, ([lane, classes]) => {
      const drawn = [...classes].filter(([, tally]) => tally.drawn > 0);
      return [lane, Object.fromEntries(drawn)] as const;
    });
    return Object.fromEntries(lanes.filter(([, classes]) => Object.keys(classes).length > 0));
  }
}
