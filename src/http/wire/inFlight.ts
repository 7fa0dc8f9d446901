import type { IncomingMessage, ServerResponse } from "node:http";

/** The requests that are being served: answers not yet sent, and handlers still running for clients that are gone. */
export class InFlight {
  readonly #answers = new Set<ServerResponse>();
  #running = 0;
  #onIdle: (() => void) | null = null;
  #draining = false;

  get draining(): boolean {
    return this.#draining;
  }

  /** Counts an answer until it was sent or its client is gone. */
  enter(answer: ServerResponse): void {
    this.#answers.add(answer);
    answer.once("close", () => this.leave(answer));
  }

  leave(answer: ServerResponse): void {
    this.#answers.delete(answer);
    this.#settle();
  }

  /** Runs a handler and counts it, whatever becomes of its client. */
  async run(request: IncomingMessage, answer: ServerResponse, work: () => unknown): Promise<unknown> {
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      // A pipelined answer that never had its turn is told of no close.
      if (request.socket.destroyed) this.leave(answer);
      else this.#settle();
    }
  }

  /** From now on everything new is to be refused. Resolves once nothing is in flight, or after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    this.#draining = true;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    this.#settle();
    const timer = setTimeout(resolve, graceMs);
    await promise;
    clearTimeout(timer);
  }

  #settle(): void {
    if (this.#answers.size === 0 && this.#running === 0) this.#onIdle?.();
  }
}
