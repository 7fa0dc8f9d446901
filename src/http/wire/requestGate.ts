import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { BlankLines } from "./blankLine.ts";
import { lingerAfterAnswer } from "./socketEnd.ts";
import type { Turns } from "./turns.ts";

/** From here on a connection is not read while a request is in work; below, reading shows when its client leaves. */
const pausedFromBytes = 16_384;

/** The pause holds after at most one more read, of 64 KiB; past this it has not held, and the connection is cut. */
const mostUnparsedBytes = 262_144;

const nothing = Buffer.alloc(0);

/**
 * Lets one request of a connection into work at a time. The next ones wait unparsed, and from a bound on unread in the kernel, until
 * the answer before them was sent: a client that pipelines and does not read gets one answer made, not thousands.
 */
export class RequestGate {
  readonly #socket: Socket;
  /** Gives bytes to the HTTP parser. */
  readonly #parse: (piece: Buffer) => void;
  readonly #turns: Turns;
  readonly #blankLines = new BlankLines();
  #unparsed: Buffer | null = null;
  /** The request in work. */
  #request: IncomingMessage | null = null;
  #bodyLeft = 0;
  #bodyRead = 0;
  #paused = false;

  constructor(socket: Socket, parse: (piece: Buffer) => void, turns: Turns) {
    this.#socket = socket;
    this.#parse = parse;
    this.#turns = turns;
  }

  /** Memory of requests that wait, and of one that is not whole. */
  get unfinishedBytes(): number {
    const body = this.#request === null || this.#request.complete ? 0 : this.#bodyRead;
    return body + (this.#unparsed?.buffer.byteLength ?? 0);
  }

  get isInWork(): boolean {
    return this.#request !== null;
  }

  /** Takes bytes as they arrive. */
  take(bytes: Buffer): void {
    this.#unparsed = this.#unparsed === null ? bytes : Buffer.concat([this.#unparsed, bytes]);
    this.#parseWhatMay();
  }

  /** The parser has read a head. */
  enter(request: IncomingMessage): void {
    this.#request = request;
    this.#bodyLeft = Number(request.headers["content-length"] ?? 0);
    this.#bodyRead = 0;
  }

  /** The answer was sent, or its connection is gone. */
  leave(): void {
    this.#request = null;
    // In a later turn, so that a connection that pipelines takes turns with the others.
    if (this.#unparsed !== null) this.#turns.add(() => this.#goOn());
  }

  /** Gives back what was not parsed; the connection is no longer HTTP. */
  release(): Buffer {
    const rest = this.#unparsed ?? nothing;
    this.#unparsed = null;
    return rest;
  }

  #goOn(): void {
    if (this.#paused) this.#socket.resume();
    this.#paused = false;
    this.#parseWhatMay();
  }

  #parseWhatMay(): void {
    // Nothing more can be answered: what still comes is discarded, so that the client can read the last answer.
    if (!this.#socket.writable) this.#unparsed = null;
    while (this.#unparsed !== null && (this.#request === null || !this.#request.complete)) {
      this.#parsePiece(this.#unparsed);
    }
    if (this.#unparsed !== null) this.#wait(this.#unparsed.length);
  }

  #parsePiece(bytes: Buffer): void {
    const end = this.#pieceEnd(bytes);
    this.#unparsed = end < bytes.length ? bytes.subarray(end) : null;
    this.#parse(end < bytes.length ? bytes.subarray(0, end) : bytes);
  }

  #pieceEnd(bytes: Buffer): number {
    const inBody = Math.min(this.#request === null ? 0 : this.#bodyLeft, bytes.length);
    if (this.#request !== null) this.#bodyRead += inBody === 0 ? bytes.length : inBody;
    if (inBody === 0) return this.#blankLines.pieceEnd(bytes);
    this.#bodyLeft -= inBody;
    return inBody;
  }

  #wait(bytes: number): void {
    lingerAfterAnswer(this.#socket);
    if (bytes > mostUnparsedBytes) this.#socket.destroy();
    if (bytes < pausedFromBytes) return;
    this.#paused = true;
    this.#socket.pause();
  }
}
