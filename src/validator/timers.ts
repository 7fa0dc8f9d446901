import type { Log } from "../core/log.ts";
import { causeText } from "../core/problems/assayError.ts";

/** Runs tasks on intervals, never two runs of one task at once; a failing run is logged, and the next one still runs. */
export class Timers {
  readonly #log: Log;
  readonly #handles: NodeJS.Timeout[] = [];
  readonly #ends: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();

  constructor(log: Log) {
    this.#log = log;
  }

  every(name: string, intervalMs: number, job: () => Promise<void> | void): void {
    let busy = false;
    const run = async (): Promise<void> => {
      busy = true;
      try {
        await job();
      } catch (error) {
        this.#log.error("timer_failed", { name, cause: causeText(error) });
      } finally {
        busy = false;
      }
    };
    this.#handles.push(
      setInterval(() => {
        if (busy) return;
        const running = run().finally(() => this.#running.delete(running));
        this.#running.add(running);
      }, intervalMs),
    );
  }

  /** What ends when the timers stop. */
  atStop(end: () => void): void {
    this.#ends.push(end);
  }

  /** Stops all intervals and waits for the runs under way. */
  async stop(): Promise<void> {
    for (const handle of this.#handles.splice(0)) clearInterval(handle);
    for (const end of this.#ends.splice(0)) end();
    await Promise.allSettled(this.#running);
  }
}
