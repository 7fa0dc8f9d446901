/** Blocks over which the smallest delay is taken: about a minute and a half. */
const KEPT = 8;
/** Samples from which the smallest one says something. */
const LEAST = 2;

/**
 * How far the machine's clock is from the chain's: the smallest of the last delays between a block's own time and its arrival. The
 * network only ever adds to a delay, so the smallest one has the least of that.
 */
export class DriftWindow {
  readonly #delays: number[] = [];

  add(delayMs: number): void {
    this.#delays.push(delayMs);
    if (this.#delays.length > KEPT) this.#delays.shift();
  }

  /** Ms: above 0 where the machine's clock is ahead; null while unknown. */
  value(): number | null {
    return this.#delays.length < LEAST ? null : Math.min(...this.#delays);
  }
}
