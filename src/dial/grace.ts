/** A failure this long after the one before begins a new outage, ms: a miner that fails gets a job at least this often. */
const QUIET_MS = 60_000;

/** For how long a miner has not been reached. Times are monotonic ms. */
export class Grace {
  readonly #graceMs: number;
  #since: number | null = null;
  #lastMs = 0;

  constructor(graceMs: number) {
    this.#graceMs = graceMs;
  }

  /** The miner answered, in whatever way. */
  reached(): void {
    this.#since = null;
  }

  /** It could not be reached; true while it may still come back. */
  failed(nowMs: number): boolean {
    if (this.#since === null || nowMs - this.#lastMs > QUIET_MS) this.#since = nowMs;
    this.#lastMs = nowMs;
    return nowMs - this.#since < this.#graceMs;
  }
}
