import type { Socket } from "node:net";

/** Turns of a round, one per tick. */
const TURNS = 400;
/** Short, so that few end, and come back, in one turn of the event loop. */
const TICK_MS = 10;
/** What one of them may still send before it is ended at once. */
const READ_MAX = 16_384;

/**
 * Connections that are refused, and ended two to four seconds later, some per tick: a client that opens a new one whenever one ends
 * does so every few seconds and not at once, and not all of them in the same moment. Beyond its limit they are ended at once.
 */
export class LateEnds {
  #limit: number;
  readonly #turns: Set<Socket>[] = Array.from({ length: TURNS }, () => new Set());
  #timer: NodeJS.Timeout | null = null;
  #size = 0;
  #turn = 0;
  #spread = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  add(socket: Socket): void {
    if (this.#size >= this.#limit) {
      socket.destroy();
      return;
    }
    this.#spread = (this.#spread + 1) % (TURNS / 2);
    const turn = this.#turns[(this.#turn + TURNS / 2 + 1 + this.#spread) % TURNS];
    turn?.add(socket);
    this.#size++;
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
    socket.once("close", () => {
      turn?.delete(socket);
      this.#size--;
    });
    this.#discard(socket);
  }

  /** Ends all of them, and those to come at once. */
  close(): void {
    this.#rest();
    this.#limit = 0;
    for (const turn of this.#turns) for (const socket of turn) socket.destroy();
  }

  #discard(socket: Socket): void {
    let read = 0;
    socket.on("data", (chunk: Buffer) => {
      read += chunk.length;
      if (read > READ_MAX) socket.destroy();
    });
  }

  #rest(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    if (this.#size === 0) this.#rest();
    this.#turn = (this.#turn + 1) % TURNS;
    for (const socket of this.#turns[this.#turn] ?? []) socket.destroy();
  }
}
