import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** An HTTP answer as it came. */
export interface Answer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

const headEnd = Buffer.from("\r\n\r\n");
/** A client waits for this long; an answer that takes longer is one that never comes. */
const PATIENCE_MS = 60_000;

interface Taken {
  readonly value: Buffer;
  readonly rest: Buffer;
}

/** A chunked body, or null while it is not whole. */
function takeChunks(bytes: Buffer): Taken | null {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const line = bytes.indexOf("\r\n", at);
    if (line < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, line), 16);
    if (Number.isNaN(size)) throw new Error("an answer's chunk has no size");
    const end = line + 2 + size + 2;
    if (bytes.length < end) return null;
    parts.push(bytes.subarray(line + 2, end - 2));
    at = end;
    if (size === 0) return { value: Buffer.concat(parts), rest: bytes.subarray(end) };
  }
}

function takeBody(bytes: Buffer, headers: ReadonlyMap<string, string>): Taken | null {
  if (headers.get("transfer-encoding") === "chunked") return takeChunks(bytes);
  const size = Number(headers.get("content-length") ?? 0);
  return bytes.length < size ? null : { value: bytes.subarray(0, size), rest: bytes.subarray(size) };
}

/** An answer that goes on for as long as its client stays: its head is all that is judged. */
export function isEndless({ headers }: Pick<Answer, "headers">): boolean {
  return headers.get("content-type") === "text/event-stream";
}

/** The first answer in the bytes; null while it is not whole. Throws when the bytes are no HTTP. */
export function takeAnswer(bytes: Buffer, isHead: boolean): { answer: Answer; rest: Buffer } | null {
  const end = bytes.indexOf(headEnd);
  if (end < 0) return null;
  const [line = "", ...fields] = bytes.toString("latin1", 0, end).split("\r\n");
  const [, code] = /^HTTP\/1\.1 (\d{3}) /.exec(`${line} `) ?? [];
  if (code === undefined) throw new Error(`an answer begins with ${JSON.stringify(line.slice(0, 100))}`);
  const status = Number(code);
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(":");
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  const after = bytes.subarray(end + 4);
  const isBare = isHead || isEndless({ headers }) || status < 200 || status === 204 || status === 304;
  const body = isBare ? { value: Buffer.alloc(0), rest: after } : takeBody(after, headers);
  return body === null ? null : { answer: { status, headers, body: body.value }, rest: body.rest };
}

/** A connection on which bytes are sent as they are, and answers read one by one. */
export class Wire {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  isClosed = false;
  #wake: () => void = () => {};

  constructor(port: number, localAddress: string) {
    this.socket = connect({ port, host: "127.0.0.1", localAddress, noDelay: true, allowHalfOpen: true });
    this.socket.on("data", (chunk: Buffer) => {
      this.received = this.received.length === 0 ? chunk : Buffer.concat([this.received, chunk]);
      this.#wake();
    });
    this.socket.on("error", () => this.#close());
    this.socket.on("end", () => this.#close());
    this.socket.on("close", () => this.#close());
  }

  async opened(): Promise<void> {
    if (this.socket.connecting) await once(this.socket, "connect");
  }

  send(bytes: Buffer): void {
    if (!this.isClosed) this.socket.write(bytes);
  }

  /** The next final answer, or that of a switch of protocols; null when the connection ends without one. */
  async answer(isHead: boolean): Promise<Answer | null> {
    for (;;) {
      const taken = takeAnswer(this.received, isHead);
      if (taken !== null) {
        this.received = taken.rest;
        if (taken.answer.status >= 200 || taken.answer.status === 101) return taken.answer;
      } else if (this.isClosed) return null;
      else await this.more();
    }
  }

  /** Resolves once the server has ended the connection. */
  async ended(): Promise<void> {
    while (!this.isClosed) await this.more();
  }

  /** Resolves once something more was received, or the connection ended. */
  async more(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = setTimeout(() => reject(new Error("no answer, and no end of the connection")), PATIENCE_MS);
    await promise.finally(() => clearTimeout(timer));
  }

  destroy(): void {
    this.isClosed = true;
    this.socket.destroy();
  }

  #close(): void {
    this.isClosed = true;
    this.socket.destroy();
    this.#wake();
  }
}
