import { hexNumber, RecentMarks } from "../../core/queue/recentMarks.ts";

/** The last four hex digits of a draw distinguish this many, with two slots each. */
const LIMIT_MOST = 2 ** 15;

/**
 * Remembers the last draws, at least `limit` and at most twice that number. The probability that a new draw is mistaken for a
 * seen one is below 1e-9 whatever its outcome, so the counted rate is not biased.
 */
export class RecentDraws {
  readonly #marks: RecentMarks;

  /** `limit`: a power of two, at most 32,768. */
  constructor(limit: number) {
    if (limit > LIMIT_MOST) throw new RangeError(`recent draws: limit ${limit}`);
    this.#marks = new RecentMarks(limit);
  }

  /** Adds the draw; whether it was not remembered yet. Throws RangeError unless `x` is 16 hex digits. */
  isNew(x: string): boolean {
    if (x.length !== 16) throw new RangeError(`draw "${x}" has not 16 hex digits`);
    // The first digits decide the outcome, so they are left out.
    return this.#marks.add(hexNumber(x, 4, 12), hexNumber(x, 12, 16));
  }
}
