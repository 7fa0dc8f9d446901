const minuteMs = 60_000;

/** Counts what may happen `limit` times per minute. A minute begins with the first count after the last one ended. */
export class FixedWindowLimiter {
  readonly #limit: number;
  #count = 0;
  #endsMs = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Counts one more; false when it is past the limit. `nowMs` is monotonic. */
  take(nowMs: number): boolean {
    if (this.#count === 0 || nowMs >= this.#endsMs) {
      this.#endsMs = nowMs + minuteMs;
      this.#count = 0;
    }
    return ++this.#count <= this.#limit;
  }
}
