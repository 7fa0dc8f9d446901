import { Timeline } from "./timeline.ts";

/** 2026-01-01T00:00Z; where it lies matters nowhere, but it has to stay. */
const START_MS = 1_767_225_600_000;

/** Turns between two looks at what the process hears from outside; some ms. */
const LOOK_EVERY = 1024;

/**
 * The one thread of a simulation. What the production code puts off (`soon`) or awaits is done before the clock moves on, so a run
 * depends on nothing but the scenario and the seed.
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

  /** Settles after `ms` with what `make` gives then. */
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

  /** Work that goes on beside everything else; the first that fails ends the run. */
  spawn(work: Promise<unknown>): void {
    // It may go on, or have failed already, without anything of this world being waited for.
    this.#resolved = true;
    work.catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Lets everything happen up to a moment, in ms; `goOn` is asked between any two moments. */
  async run(until: number, goOn: () => boolean): Promise<void> {
    do {
      if (this.#soon.length > 0 || this.#resolved) await this.settle();
      if (this.#failure !== null) throw this.#failure.error;
    } while (goOn() && this.line.step(until));
  }

  /** A promise was resolved: what awaits it has to run before the clock moves. */
  touch(): void {
    this.#resolved = true;
  }

  /** Lets every promise reaction run, however long the chain; now and then the process looks at its signals and messages too. */
  #reactions(): Promise<void> {
    this.#turns = (this.#turns + 1) % LOOK_EVERY;
    return new Promise((resolve) => {
      // What nextTick calls runs once there is no reaction left.
      if (this.#turns === 0) setImmediate(resolve);
      else process.nextTick(resolve);
    });
  }

  /** Everything that follows from what happened, before the next moment. */
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
