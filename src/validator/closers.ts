import type { Log } from "../core/log.ts";
import { causeText } from "../core/problems/assayError.ts";

/** Closes what was started, in reverse order, once; a failing close does not keep the others open. */
export class Closers {
  readonly #steps: { name: string; close: () => Promise<void> | void }[] = [];
  readonly #log: Log;
  #closing: Promise<void> | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  add(name: string, close: () => Promise<void> | void): void {
    this.#steps.push({ name, close });
  }

  close(): Promise<void> {
    this.#closing ??= this.#closeAll();
    return this.#closing;
  }

  async #closeAll(): Promise<void> {
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      try {
        await step.close();
        this.#log.debug("closed", { part: step.name });
      } catch (error) {
        this.#log.error("close_failed", { part: step.name, cause: causeText(error) });
      }
    }
  }
}
