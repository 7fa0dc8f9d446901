import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "../../../src/core/clock.ts";

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** What waits longer than this after a step is left waiting, ms: a retry, but not the next round of something that repeats. */
const HORIZON_MS = 1000;

/** How long after its end a process that waits for a server is found to have ended. */
const LOOK_MS = 2;

/** Some seconds. */
const TURNS_MOST = 2_000_000;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * The clock of a scenario, and the timers of the thread that it runs in: they fire as soon as nothing else is left to do, in the order
 * in which they are due, and move only the monotonic side. So a run takes no time and is the same every time.
 */
export class VirtualTime implements Clock {
  now = 0;
  #monotonic = 0;
  #timers: Timer[] = [];
  readonly #aside = new AsyncLocalStorage<true>();
  #asides = 0;
  #isOver = false;
  readonly #wakers = new Set<() => void>();
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };

  nowMs(): number {
    return this.now;
  }

  monotonicMs(): number {
    return this.#monotonic;
  }

  /** Moves both sides to a moment that is not earlier. */
  moveTo(now: number): void {
    this.#monotonic += Math.max(0, now - this.now);
    this.now = now;
  }

  install(): void {
    const set = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
      if (this.#aside.getStore()) return this.#real.setTimeout(run, ms, ...args);
      const timer: Timer = { due: this.#monotonic + Math.max(1, ms), fire: () => run(...args) };
      this.#timers.push(timer);
      const handle = { ref: () => handle, unref: () => handle, hasRef: () => false, timer };
      return handle;
    };
    const clear = (handle?: { readonly timer?: Timer } | null) => {
      if (handle != null && handle.timer === undefined) this.#real.clearTimeout(handle as NodeJS.Timeout);
      this.#timers = this.#timers.filter((timer) => timer !== handle?.timer);
    };
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }

  /** Runs what needs real time, such as the answers of a server or a disk: its timers are real ones, and those of the scenario wait for it. */
  async aside<T>(work: () => Promise<T> | T): Promise<T> {
    this.#asides++;
    try {
      return await this.#aside.run(true, work);
    } finally {
      this.#asides--;
      for (const woken of [...this.#wakers]) woken();
    }
  }

  /** A turn of the event loop, or, while a server is asked, until an answer is there: spinning would take the processor from it. */
  #turn(): Promise<void> {
    if (this.#isOver) return new Promise(() => {});
    if (this.#asides === 0) return turn();
    return new Promise((resolve) => {
      const woken = (): void => {
        this.#real.clearTimeout(timer);
        this.#wakers.delete(woken);
        resolve();
      };
      const timer = this.#real.setTimeout(woken, LOOK_MS);
      this.#wakers.add(woken);
    });
  }

  uninstall(): void {
    Object.assign(globalThis, this.#real);
  }

  /** A process ended: its timers never fire, and what waits in it waits for ever. */
  forget(): void {
    this.#timers = [];
    this.#isOver = true;
  }

  /** Runs everything that follows, with the timers that are due soon, until nothing is left to do. */
  async settle(isBusy: () => boolean): Promise<void> {
    const until = this.#monotonic + HORIZON_MS;
    for (;;) {
      for (let i = 0; i < 3; i++) await this.#turn();
      if (!isBusy() && !this.#fire(until)) return;
    }
  }

  /** Waits for work that may need timers; returns early when `isOver`. */
  async during<T>(work: Promise<T>, isOver: () => boolean): Promise<void> {
    let done = false;
    const end = (): void => {
      done = true;
    };
    work.then(end, end);
    for (let idle = 0; !done && !isOver(); idle++) {
      await this.#turn();
      if (this.#asides > 0) {
        idle = 0;
        continue;
      }
      // Files are written by threads of the system, so a few idle turns do not mean that nothing goes on.
      if (idle > 200 && !done) this.#fire(this.#monotonic + HORIZON_MS);
      if (idle > TURNS_MOST) throw new Error("nothing goes on, and the work is not done");
    }
    if (done) await work;
  }

  #fire(until: number): boolean {
    const [first] = this.#timers.toSorted((a, b) => a.due - b.due);
    if (first === undefined || first.due > until) return false;
    this.#timers = this.#timers.filter((timer) => timer !== first);
    this.#monotonic = Math.max(this.#monotonic, first.due);
    first.fire();
    return true;
  }
}
