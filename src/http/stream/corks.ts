/** Something that gathers what it writes while it is corked. */
export interface Corked {
  uncork(): void;
}

/** Lets everything that is written within one turn of the event loop go out together, one system call per socket. */
export class Corks {
  #corked: Corked[] = [];

  /** Has `corked` uncorked at the end of this turn. */
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
