import { AsyncLocalStorage } from "node:async_hooks";
import { syncBuiltinESMExports } from "node:module";

/** Who the running code belongs to: its timers and what it awaits are that process's. */
export interface TimerHost {
  /** Runs later in the process: not while it is paused, and never once it is dead. */
  after(ms: number, run: () => void): void;
}

const running = new AsyncLocalStorage<TimerHost>();

/** Runs code as that of a process. */
export function runAs<T>(host: TimerHost, run: () => T): T {
  return running.run(host, run);
}

type Run = (...args: unknown[]) => void;

/** A timer of a simulated process. */
class VirtualTimer {
  readonly #host: TimerHost;
  readonly #run: () => void;
  readonly #repeats: boolean;
  readonly #ms: number;
  #isOver = false;

  constructor(host: TimerHost, run: () => void, ms: number, repeats: boolean) {
    this.#host = host;
    this.#run = run;
    this.#ms = Math.max(1, ms);
    this.#repeats = repeats;
    host.after(ms, () => this.#fire());
  }

  end(): void {
    this.#isOver = true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return !this.#isOver;
  }

  #fire(): void {
    if (this.#isOver) return;
    // A process that was paused finds one missed tick, as with real intervals.
    if (this.#repeats) this.#host.after(this.#ms, () => this.#fire());
    else this.#isOver = true;
    this.#run();
  }
}

/** The timers of this thread for as long as `during` runs: code of a simulated process gets virtual ones, all other the real ones. */
export async function withProcessTimers<T>(during: () => Promise<T>): Promise<T> {
  const promises = process.getBuiltinModule("node:timers/promises");
  const real = { ...globalThis, setTimeout, setInterval, setImmediate, clearTimeout, clearInterval };
  const realSleep = promises.setTimeout;
  const starter =
    (realStart: Run, repeats: boolean, hasDelay: boolean): Run =>
    (...given: unknown[]): unknown => {
      const host = running.getStore();
      if (host === undefined) return (realStart as (...args: unknown[]) => unknown)(...given);
      const [run, ms] = given as [() => void, number | undefined];
      return new VirtualTimer(host, run, hasDelay ? (ms ?? 0) : 0, repeats);
    };
  const ender =
    (realEnd: Run): Run =>
    (timer) =>
      timer instanceof VirtualTimer ? timer.end() : realEnd(timer);
  const sleep = (ms: number, value?: unknown, options?: { signal?: AbortSignal }): Promise<unknown> => {
    const host = running.getStore();
    if (host === undefined) return realSleep(ms, value, options);
    return new Promise((resolve) => host.after(ms, () => resolve(value)));
  };
  Object.assign(globalThis, {
    setTimeout: starter(real.setTimeout as unknown as Run, false, true),
    setInterval: starter(real.setInterval as unknown as Run, true, true),
    setImmediate: starter(setImmediate as unknown as Run, false, false),
    clearTimeout: ender(real.clearTimeout as Run),
    clearInterval: ender(real.clearInterval as Run),
  });
  Object.assign(promises, { setTimeout: sleep });
  syncBuiltinESMExports();
  try {
    return await during();
  } finally {
    const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval } = real;
    Object.assign(globalThis, { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval });
    Object.assign(promises, { setTimeout: realSleep });
    syncBuiltinESMExports();
  }
}
