/** What a request that took too long is rejected with. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what}: no answer within ${ms} ms`);
    this.name = "DeadlineError";
  }
}

/** Rejects when the promise has not settled in time, or when the signal fires; what settles later is dropped. */
export function withDeadline<T>(what: string, ms: number, signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(() => reject(new DeadlineError(what, ms))), ms);
    const stopped = (): void => end(() => reject(signal.reason));
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stopped);
      settle();
    };
    signal.addEventListener("abort", stopped);
    if (signal.aborted) stopped();
    work.then(
      (value) => end(() => resolve(value)),
      (error) => end(() => reject(error)),
    );
  });
}
