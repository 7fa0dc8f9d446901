/** Delays that can be ended early, all at once. */
export class CancellableDelays {
  readonly #pending = new Map<NodeJS.Timeout, (reached: boolean) => void>();
  #ended = false;

  /** Resolves to true after `ms`, or to false at once when the delays are ended. */
  wait(ms: number): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#pending.delete(timer);
        resolve(true);
      }, ms);
      this.#pending.set(timer, resolve);
    });
  }

  end(): void {
    this.#ended = true;
    for (const [timer, resolve] of this.#pending) {
      clearTimeout(timer);
      resolve(false);
    }
    this.#pending.clear();
  }
}
