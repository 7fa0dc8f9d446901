import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { HeldBytes, Holder } from "./heldBytes.ts";
import { RequestGate } from "./requestGate.ts";
import type { Turns } from "./turns.ts";

/** One HTTP connection: its requests go through a gate, and what it holds is accounted for. */
export class Connection implements Holder {
  readonly #socket: Socket;
  readonly #held: HeldBytes;
  readonly #gate: RequestGate;
  #unsent = 0;
  /** Looks in a row that found the same unsent bytes. */
  #unreadLooks = 0;

  /** The server must have begun to serve the socket: its one listener for data is what feeds the parser. */
  constructor(socket: Socket, held: HeldBytes, turns: Turns) {
    const [parse, ...others] = socket.listeners("data");
    if (parse === undefined || others.length > 0)
      throw new Error("a connection of the HTTP server must have one reader");
    this.#socket = socket;
    this.#held = held;
    this.#gate = new RequestGate(socket, (piece) => parse.call(socket, piece), turns);
    socket.removeListener("data", parse as () => void);
    socket.on("data", this.#take);
  }

  enter(request: IncomingMessage, response: ServerResponse): void {
    this.#gate.enter(request);
    response.once("prefinish", this.#answered);
    response.once("close", this.#sent);
  }

  release(): Buffer {
    this.#socket.removeListener("data", this.#take);
    const rest = this.#gate.release();
    this.#account();
    return rest;
  }

  cut(): void {
    this.#socket.destroy();
  }

  closed(): void {
    this.#gate.release();
    this.#held.set(this, 0);
  }

  /** How many looks in a row, this one included, have found that the client reads nothing of its answer. */
  unreadLooks(): number {
    const unsent = this.#gate.isInWork ? this.#socket.writableLength : 0;
    this.#unreadLooks = unsent > 0 && unsent === this.#unsent ? this.#unreadLooks + 1 : 0;
    this.#unsent = unsent;
    this.#account();
    return this.#unreadLooks;
  }

  readonly #take = (bytes: Buffer): void => {
    this.#gate.take(bytes);
    this.#account();
  };

  /** The whole answer is written; what the kernel did not take waits here. */
  readonly #answered = (): void => {
    this.#unsent = this.#socket.writableLength;
    this.#account();
  };

  readonly #sent = (): void => {
    this.#unsent = 0;
    this.#gate.leave();
    this.#account();
  };

  #account(): void {
    if (!this.#socket.destroyed) this.#held.set(this, this.#gate.unfinishedBytes + this.#unsent);
  }
}
