import { setTimeout as sleep } from "node:timers/promises";

/** How long an answer is waited for: an operator looks just when something hangs. */
const WAIT_MS = 2000;

/** What a read answered last: when it fails or hangs, the answer before is used. */
export class LastKnown<T> {
  readonly #read: () => Promise<T>;
  #value: T;

  constructor(first: T, read: () => Promise<T>) {
    this.#value = first;
    this.#read = read;
  }

  async now(): Promise<T> {
    const timeout = new AbortController();
    try {
      const answer = this.#read().then((value) => {
        this.#value = value;
      });
      await Promise.race([answer, sleep(WAIT_MS, undefined, { signal: timeout.signal, ref: false })]);
    } catch {
      // Readiness says what is wrong.
    } finally {
      timeout.abort();
    }
    return this.#value;
  }
}
