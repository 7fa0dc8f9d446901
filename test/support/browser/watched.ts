import assert from "node:assert/strict";
import type { Page } from "playwright-core";

/** What Chromium says of a refusal, besides the answer itself. */
const ofAnswer = /^Failed to load resource: the server responded with a status of/;

/** A page may ask for what need not be there: the record of an epoch or a period that had none, events where others have all streams. */
const absences: readonly (readonly [status: number, path: RegExp])[] = [
  [404, /\/v1\/(weights\/\d+|sampling\/\d+)$/],
  [503, /\/v1\/events$/],
];

/** What a page did that no page may do: errors, violations of its policy, questions to others, answers that nobody expected. */
export class Watched {
  readonly #faults: string[] = [];
  readonly #origin: string;
  #expected: readonly number[] = [];

  constructor(page: Page, url: string) {
    this.#origin = new URL(url).origin;
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !ofAnswer.test(text)) this.#faults.push(`console: ${text}`);
    });
    page.on("pageerror", (error) => this.#faults.push(`error: ${error.stack ?? error.message}`));
    page.on("request", (request) => this.#asked(request.url()));
    page.on("response", (response) => {
      const status = response.status();
      const isAbsent = absences.some(([code, path]) => code === status && path.test(response.url()));
      if (status >= 400 && !isAbsent && !this.#expected.includes(status))
        this.#faults.push(`${status} of ${response.request().method()} ${response.url()}`);
    });
  }

  #asked(address: string): void {
    const { protocol, origin } = new URL(address);
    if (protocol !== "data:" && origin !== this.#origin) this.#faults.push(`asked ${address}`);
  }

  /** While `during` runs, answers of these statuses are what the test is about. */
  async expecting<T>(statuses: readonly number[], during: () => Promise<T>): Promise<T> {
    this.#expected = statuses;
    try {
      return await during();
    } finally {
      this.#expected = [];
    }
  }

  assertClean(): void {
    assert.deepEqual(this.#faults, []);
  }
}
