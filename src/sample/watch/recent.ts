import { hexNumber, RecentMarks } from "../../core/queue/recentMarks.ts";

/** What the last four hex digits of a draw can tell apart, with two slots each. */
const LIMIT_MOST = 2 ** 15;

/**
 * Remembers the last draws, at least `limit` and at most twice as many. A new draw is taken for one that was seen with a chance
 * below 1e-9, whatever its outcome, so what is counted keeps its rate.
 */
export class RecentDraws {
  readonly #marks: RecentMarks;

  /** `limit`: a power of two, at most 32,768. */
  constructor(limit: number) {
    if (limit > LIMIT_MOST) throw new RangeError(`recent draws: limit ${limit}`);
    this.#marks = new RecentMarks(limit);
  }

  /** Whether the draw is not among the last ones; from now on it is. Throws RangeError unless `x` is 16 hex digits. */
  isNew(x: string): boolean {
    if (x.length !== 16) throw new RangeError(`draw "${x}" has not 16 hex digits`);
    // The first digits decide the outcome, so they are left out.
    return this.#marks.add(hexNumber(x, 4, 12), hexNumber(x, 12, 16));
  }
}
