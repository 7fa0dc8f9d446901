import type { DestinationStream } from "pino";

/** Where text goes; calls back once it was taken, or with why it was not. May never call back. */
export type Outlet = (text: string, done: (error?: Error | null) => void) => void;

export interface LogSinkOptions {
  /** Text that may wait; 4 MiB. What comes beyond it is dropped. */
  readonly maxWaiting?: number;
  /** After a failure; 1 s. */
  readonly retryMs?: number;
}

/** Handed over at once. */
const CHUNK = 65_536;

/**
 * Lines on their way to a log. Nobody waits for them: one write at a time is under way, what waits is bounded, and lines that
 * find no room or whose write fails are dropped and counted.
 */
export class LogSink implements DestinationStream {
  readonly #outlet: Outlet;
  readonly #maxWaiting: number;
  readonly #retryMs: number;
  #lines: string[] = [];
  #waiting = 0;
  #busy = false;
  #dropped = 0;
  #count: (lines: number) => void = () => {};
  #idle: (() => void)[] = [];

  constructor(outlet: Outlet, { maxWaiting = 4 * 2 ** 20, retryMs = 1000 }: LogSinkOptions = {}) {
    this.#outlet = outlet;
    this.#maxWaiting = maxWaiting;
    this.#retryMs = retryMs;
  }

  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#waiting + line.length > this.#maxWaiting) {
      this.#drop(1);
      return;
    }
    this.#lines.push(line);
    this.#waiting += line.length;
    if (!this.#busy) this.#next();
  }

  /** Counts what was dropped so far, and from now on. */
  onDropped(count: (lines: number) => void): void {
    this.#count = count;
    if (this.#dropped > 0) count(this.#dropped);
  }

  /** Resolves when everything was handed over, or after the time: then false. */
  flush(ms: number): Promise<boolean> {
    if (!this.#busy) return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ms);
      this.#idle.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #next(): void {
    const chunk = this.#take();
    if (chunk.length === 0) {
      this.#busy = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#busy = true;
    this.#outlet(chunk.join(""), (error) => {
      if (!error) return this.#next();
      this.#drop(chunk.length);
      setTimeout(() => this.#next(), this.#retryMs);
    });
  }

  #take(): string[] {
    let length = 0;
    let count = 0;
    while (count < this.#lines.length && (count === 0 || length < CHUNK))
      length += this.#lines[count++]?.length ?? 0;
    this.#waiting -= length;
    return this.#lines.splice(0, count);
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#count(lines);
  }
}
