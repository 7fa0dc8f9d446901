/** Pipelined requests that are begun in one turn of the event loop: a few milliseconds of work. */
const perTurn = 8;

/**
 * The queue of connections whose client has sent its next request before it had the last answer. Each turn of the event loop
 * begins some of them, in order, so that however many connections pipeline, the requests of others wait for those few only.
 */
export class Turns {
  /** At most one entry per connection: it has one request in work. */
  #waiting: (() => void)[] = [];
  #isDue = false;

  add(goOn: () => void): void {
    this.#waiting.push(goOn);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isDue || this.#waiting.length === 0) return;
    this.#isDue = true;
    setImmediate(() => this.#run());
  }

  #run(): void {
    this.#isDue = false;
    const now = this.#waiting.splice(0, perTurn);
    // What these add comes behind those that wait already.
    this.#schedule();
    for (const goOn of now) goOn();
  }
}
