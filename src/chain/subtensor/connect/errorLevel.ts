/** A failure loses half of its weight in this time, ms. */
const HALF_LIFE_MS = 60_000;
/** What an answer takes off. */
const ANSWER_KEEPS = 0.8;

/** How much an endpoint fails of late: each failure adds 1; answers and time take off. */
export class ErrorLevel {
  #level = 0;
  #at = 0;

  failed(nowMs: number): void {
    this.#set(this.value(nowMs) + 1, nowMs);
  }

  answered(nowMs: number): void {
    this.#set(this.value(nowMs) * ANSWER_KEEPS, nowMs);
  }

  value(nowMs: number): number {
    return this.#level * 0.5 ** ((nowMs - this.#at) / HALF_LIFE_MS);
  }

  #set(level: number, nowMs: number): void {
    this.#level = level;
    this.#at = nowMs;
  }
}
