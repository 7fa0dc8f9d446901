/** A writer that buffers while it is corked. */
export interface Corked {
  uncork(): void;
}

/** Sends everything written within one turn of the event loop together, with one system call per socket. */
export class Corks {
  #corked: Corked[] = [];

  /** Uncorks `corked` at the end of this turn. */
  add(corked: Corked): void {
    if (this.#corked.length === 0) setImmediate(this.#release);
    this.#corked.push(corked);
  }

  readonly #release = (): void => {
    const released = this.#corked;
    this.#corked = [];
    for (const corked of released) corked.uncork();
  };
}
