import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** One answer as far as a load needs it. */
export interface RawReply {
  readonly status: number;
  readonly retryAfterS: number | null;
}

const headEnd = Buffer.from("\r\n\r\n");

/**
 * One keep-alive HTTP/1.1 connection that sends requests made beforehand, one at a time. It parses only status,
 * Content-Length and Retry-After: on a machine that client and server share, the client must cost little.
 */
export class RawClient {
  readonly #socket: Socket;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (reply: RawReply) => void; reject: (error: Error) => void } | null = null;

  /** Each client may have a loopback address of its own, as miners have. */
  constructor(options: { port: number; host: string; localAddress: string }) {
    this.#socket = connect({ ...options, noDelay: true });
    this.#socket.on("data", (chunk) => this.#onData(chunk));
    this.#socket.on("error", (error) => this.#fail(error));
    this.#socket.on("close", () => this.#fail(new Error("connection closed")));
  }

  send(request: Buffer): Promise<RawReply> {
    if (this.#socket.destroyed) return Promise.reject(new Error("connection closed"));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  /** Resolves when the connection stands; rejects when it cannot be made. */
  async connected(): Promise<void> {
    if (this.#socket.connecting) await once(this.#socket, "connect");
  }

  close(): void {
    this.#socket.destroy();
  }

  /** False once the server has ended it, as it does with idle ones: what is sent on it then is never answered. */
  get isOpen(): boolean {
    return !this.#socket.destroyed && !this.#socket.readableEnded;
  }

  #fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = null;
  }

  #onData(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#received.toString("latin1", 0, end);
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    this.#received = this.#received.subarray(end + 4 + length);
    const retry = /\r\nretry-after: (\d+)/i.exec(head)?.[1];
    const reply = {
      status: Number(head.slice(9, 12)),
      retryAfterS: retry === undefined ? null : Number(retry),
    };
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(reply);
  }
}
