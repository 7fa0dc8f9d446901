import { Timeline } from "./timeline.ts";

/** 2026-01-01T00:00Z; the value is arbitrary, but must not change. */
const START_MS = 1_767_225_600_000;

/** Turns after which the process handles its signals and messages; a few ms. */
const LOOK_EVERY = 1024;

/**
 * The single thread of a simulation. Everything that the production code defers (`soon`) or awaits is done before the clock moves
 * on, so a run depends only on the scenario and the seed.
 */
export class SimWorld {
  readonly line = new Timeline(START_MS);
  #soon: (() => void)[] = [];
  #resolved = false;
  #turns = 0;
  #failure: { readonly error: unknown } | null = null;

  readonly soon = (run: () => void): void => {
    this.#soon.push(run);
  };

  /** Settles after `ms` with the result of `make` at that time. */
  later<T>(ms: number, make: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.line.after(ms, () => {
        this.#resolved = true;
        try {
          resolve(make());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Work in the background; the first failure ends the run. */
  spawn(work: Promise<unknown>): void {
    // It may continue, or fail, without waiting for an event of this world.
    this.#resolved = true;
    work.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Runs all events up to a moment, in ms; `goOn` is called between moments. */
  async run(until: number, goOn: () => boolean): Promise<void> {
    // In the turn of a message a nextTick callback comes before the reactions; from here on it comes after them.
    await new Promise((resolve) => setImmediate(resolve));
    do {
      if (this.#soon.length > 0 || this.#resolved) await this.settle();
      if (this.#failure !== null) throw this.#failure.error;
    } while (goOn() && this.line.step(until));
  }

  /** A promise was resolved: its reactions must run before the clock moves. */
  touch(): void {
    this.#resolved = true;
  }

  /** Runs every promise reaction, however long the chain; from time to time the process handles its signals and messages too. */
  #reactions(): Promise<void> {
    this.#turns = (this.#turns + 1) % LOOK_EVERY;
    return new Promise((resolve) => {
      // A nextTick callback runs once no reaction is left.
      if (this.#turns === 0) setImmediate(resolve);
      else process.nextTick(resolve);
    });
  }

  /** Runs everything that follows from the events so far, before the next moment. */
  async settle(): Promise<void> {
    while (this.#soon.length > 0 || this.#resolved) {
      const due = this.#soon;
      this.#soon = [];
      for (const run of due) run();
      if (!this.#resolved) continue;
      this.#resolved = false;
      await this.#reactions();
    }
  }
}
