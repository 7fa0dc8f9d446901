import type { Clock } from "../core/clock.ts";
import type { Log } from "../core/log.ts";
import { Fold, type FoldOptions } from "./fold.ts";

const levels = ["debug", "info", "warn", "error", "silent"];

export interface FoldedLogOptions extends FoldOptions {
  /** Of the log behind: what it does not print is not looked at. */
  readonly level: string;
}

/** How late the line at the end of a window may be, ms. */
const LOOK_MS = 1000;

/** A log that folds repeated lines of the log behind it. */
export class FoldedLog implements Log {
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #fold: Fold;
  readonly #timer: NodeJS.Timeout;
  readonly #least: number;
  #closed = false;
  #folded = 0;
  #count: (lines: number) => void = () => {};

  constructor(log: Log, clock: Clock, options: FoldedLogOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#fold = new Fold(options);
    this.#least = levels.indexOf(options.level);
    this.#timer = setInterval(() => this.#print(), LOOK_MS).unref();
  }

  /** Counts the lines that were folded so far, and from now on. */
  onFolded(count: (lines: number) => void): void {
    this.#count = count;
    if (this.#folded > 0) count(this.#folded);
  }

  /** Prints what was counted. Lines that come later are folded no more. */
  close(): void {
    clearInterval(this.#timer);
    this.#closed = true;
    for (const { level, event, data } of this.#fold.rest()) this.#log[level](event, data);
  }

  readonly debug = (event: string, data?: object): void => this.#log.debug(event, data);
  readonly info = (event: string, data?: object): void => this.#take("info", event, data);
  readonly warn = (event: string, data?: object): void => this.#take("warn", event, data);
  readonly error = (event: string, data?: object): void => this.#take("error", event, data);

  #take(level: keyof Log, event: string, data: object | undefined): void {
    if (levels.indexOf(level) < this.#least) return;
    this.#print();
    const line = { level, event, data };
    if (this.#closed || this.#fold.take(line, this.#clock.monotonicMs())) this.#log[level](event, data);
    else {
      this.#folded++;
      this.#count(1);
    }
  }

  /** In the order of time: what a window counted comes before the next line. */
  #print(): void {
    for (const { level, event, data } of this.#fold.ended(this.#clock.monotonicMs()))
      this.#log[level](event, data);
  }
}
