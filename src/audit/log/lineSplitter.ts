import { joined } from "./bytes.ts";

const NEWLINE = 10;
/** A line of 1,024 draws has about 100 kB; a line longer than this is not kept. */
export const LINE_BYTES_MAX = 4 * 2 ** 20;

/** The most parts in which an unfinished line is kept: a sender of single bytes must not make a list of millions. */
const PARTS_MAX = 1024;

export interface LineTaker {
  /** One line without its newline; the caller reuses the bytes afterwards. */
  line(bytes: Uint8Array): void;
  /** A line that cannot be read. */
  unreadable(detail: string): void;
}

/** Splits chunks into lines. Buffers at most one line. */
export class LineSplitter {
  readonly #taker: LineTaker;
  #begun: Uint8Array[] = [];
  #bytes = 0;

  constructor(taker: LineTaker) {
    this.#taker = taker;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      this.#keep(chunk.subarray(from, at));
      this.#finish();
      from = at + 1;
    }
    // A copy, so that its end does not keep the whole chunk in memory.
    if (from < chunk.length) this.#keep(new Uint8Array(chunk.subarray(from)));
  }

  #keep(part: Uint8Array): void {
    this.#bytes += part.length;
    if (this.#bytes > LINE_BYTES_MAX) this.#begun = [];
    else this.#begun.push(part);
    if (this.#begun.length >= PARTS_MAX) this.#begun = [joined(this.#begun)];
  }

  #finish(): void {
    const [first] = this.#begun;
    if (this.#bytes > LINE_BYTES_MAX)
      this.#taker.unreadable(`the line has ${this.#bytes} bytes; at most ${LINE_BYTES_MAX} are allowed`);
    else this.#taker.line(first !== undefined && this.#begun.length === 1 ? first : joined(this.#begun));
    this.#begun = [];
    this.#bytes = 0;
  }

  /** The input has ended. */
  end(): void {
    if (this.#bytes > 0) this.#taker.unreadable(`the last ${this.#bytes} bytes do not end in a newline`);
  }
}
