/** Digits that are kept, so that the counts of a year take no more memory than those of a day. */
const DIGITS = 3;

/** Quantiles of times, to three digits. */
export class WaitTimes {
  readonly #counts = new Map<number, number>();
  #total = 0;

  add(ms: number): void {
    const near = Number(ms.toPrecision(DIGITS));
    this.#counts.set(near, (this.#counts.get(near) ?? 0) + 1);
    this.#total++;
  }

  /** The least time that at least this share does not exceed; null without times. */
  quantile(share: number): number | null {
    let left = share * this.#total;
    for (const [ms, count] of [...this.#counts].toSorted(([a], [b]) => a - b)) {
      left -= count;
      if (left <= 0) return ms;
    }
    return null;
  }
}
