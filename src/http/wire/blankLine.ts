const blankLine = Buffer.from("\r\n\r\n");
const [CR, LF] = [0x0d, 0x0a];

/** How many bytes of a blank line are seen after one more byte. */
function step(seen: number, byte: number | undefined): number {
  if (byte === CR) return seen === 2 ? 3 : 1;
  return byte === LF && seen % 2 === 1 ? seen + 1 : 0;
}

/**
 * Finds where the bytes of a connection can be cut so that no piece ends more than one head of a message: after each blank line,
 * which ends every head, also where it lies across two reads.
 */
export class BlankLines {
  /** Bytes of a blank line that the pieces so far end with. */
  #seen = 0;

  /** Where the next piece ends: after its first blank line, or with the bytes. */
  pieceEnd(bytes: Buffer): number {
    let at = 0;
    while (this.#seen > 0 && this.#seen < 4 && at < bytes.length) this.#seen = step(this.#seen, bytes[at++]);
    if (this.#seen === 4) return this.#cutAt(at);
    if (at === bytes.length) return at;
    const found = bytes.indexOf(blankLine, at);
    if (found !== -1) return this.#cutAt(found + 4);
    for (at = Math.max(at, bytes.length - 3); at < bytes.length; at++)
      this.#seen = step(this.#seen, bytes[at]);
    return bytes.length;
  }

  #cutAt(end: number): number {
    this.#seen = 0;
    return end;
  }
}
