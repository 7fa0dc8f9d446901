const [FINAL, OPCODE, LENGTH] = [0x80, 0x0f, 0x7f];
const [PING, PONG, FIRST_CONTROL] = [0x9, 0xa, 0x8];

/** What a miner has sent since the last look: whole frames by kind, and all bytes. */
export interface FrameCounts {
  readonly data: number;
  readonly pings: number;
  readonly pongs: number;
  readonly bytes: number;
}

/** The bytes of a frame's header, of which the first two say how many there are: length, and a mask of 4 bytes. */
function headerSize(second: number): number {
  const length = second & LENGTH;
  const extended = length === 127 ? 8 : length === 126 ? 2 : 0;
  return 2 + extended + ((second & FINAL) === 0 ? 0 : 4);
}

function payloadSize(header: Buffer): number {
  const length = (header[1] ?? 0) & LENGTH;
  if (length === 127) return header.readUInt32BE(2) * 2 ** 32 + header.readUInt32BE(6);
  return length === 126 ? header.readUInt16BE(2) : length;
}

/**
 * Follows the frames of a WebSocket (RFC 6455 section 5.2) in its bytes, without their content: how many of which kind, and how much of
 * a message has come that is not whole. The WebSocket itself tells of messages only once they are.
 */
export class FrameWalk {
  /** Bytes of the message under way, headers included. */
  unfinishedBytes = 0;
  /** Messages that are whole. */
  messages = 0;
  readonly #header = Buffer.alloc(14);
  #headerBytes = 0;
  /** Of the frame under way; null while its header is. */
  #payloadLeft: number | null = null;
  #data = 0;
  #pings = 0;
  #pongs = 0;

  walk(bytes: Buffer): FrameCounts {
    this.#data = this.#pings = this.#pongs = 0;
    for (let at = 0; at < bytes.length; ) {
      if (this.#payloadLeft === null) this.#headerByte(bytes[at++] ?? 0);
      else {
        const size = Math.min(this.#payloadLeft, bytes.length - at);
        at += size;
        this.#payloadLeft -= size;
        if (!this.#isControl) this.unfinishedBytes += size;
      }
      if (this.#payloadLeft === 0) this.#endFrame();
    }
    return { data: this.#data, pings: this.#pings, pongs: this.#pongs, bytes: bytes.length };
  }

  get #opcode(): number {
    return (this.#header[0] ?? 0) & OPCODE;
  }

  get #isControl(): boolean {
    return this.#opcode >= FIRST_CONTROL;
  }

  #headerByte(byte: number): void {
    this.#header[this.#headerBytes++] = byte;
    if (this.#headerBytes < 2 || this.#headerBytes < headerSize(this.#header[1] ?? 0)) return;
    this.#payloadLeft = payloadSize(this.#header);
    if (!this.#isControl) this.unfinishedBytes += this.#headerBytes;
    this.#headerBytes = 0;
  }

  #endFrame(): void {
    this.#payloadLeft = null;
    if (this.#opcode === PING) this.#pings++;
    else if (this.#opcode === PONG) this.#pongs++;
    else if (!this.#isControl) this.#endData();
  }

  #endData(): void {
    this.#data++;
    if (((this.#header[0] ?? 0) & FINAL) === 0) return;
    this.unfinishedBytes = 0;
    this.messages++;
  }
}
