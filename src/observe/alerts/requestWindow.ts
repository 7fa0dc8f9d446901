/** Counts since the start of the process. */
export interface Totals {
  readonly answered: number;
  readonly refused: Readonly<Record<string, number>>;
}

interface TotalsAt extends Totals {
  readonly at: number;
}

/** Steps that the window is divided in: it is so much too long at most. */
const STEPS = 30;

/** What was added to counts within the last time, or since it was made. */
export class RequestWindow {
  readonly #windowMs: number;
  /** The oldest is the last one from before the window. */
  readonly #kept: TotalsAt[] = [];

  /** `totals`: those that were before it. */
  constructor(windowMs: number, now: number, totals: Totals) {
    this.#windowMs = windowMs;
    this.#kept.push({ at: now, ...totals });
  }

  /** Monotonic ms. */
  within(now: number, totals: Totals): Totals {
    const last = this.#kept.at(-1);
    if (last === undefined || now - last.at >= this.#windowMs / STEPS)
      this.#kept.push({ at: now, ...totals });
    while ((this.#kept[1]?.at ?? Number.POSITIVE_INFINITY) <= now - this.#windowMs) this.#kept.shift();
    const from = this.#kept[0] ?? totals;
    const refused = Object.entries(totals.refused)
      .map(([code, count]) => [code, count - (from.refused[code] ?? 0)] as const)
      .filter(([, count]) => count > 0);
    return { answered: totals.answered - from.answered, refused: Object.fromEntries(refused) };
  }
}
