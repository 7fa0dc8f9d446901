import { hash, type KeyObject } from "node:crypto";
import { sha256 } from "./hash.ts";

const BLOCK_BYTES = 64;
/** Initial buffer: draws and ids have about 100 bytes; it grows for longer messages. */
const MESSAGE_BYTES = 256;
const TEXT_BYTES_MAX = 0xffff;

/**
 * HMAC-SHA256 (RFC 2104) with one key, over many short messages: two hashes in reused buffers take a quarter of the time of a
 * new HMAC object per message. Handles one message at a time: begin it, add its parts and hash it without a break.
 */
export class KeyedHash {
  /** The key's inner pad, then the message. */
  #inner = Buffer.alloc(BLOCK_BYTES + MESSAGE_BYTES);
  /** The key's outer pad, then the hash of the inner. */
  readonly #outer = Buffer.alloc(BLOCK_BYTES + 32);
  /** End of the message in the inner buffer. */
  #message = this.#inner.subarray(0, BLOCK_BYTES);
  #end = BLOCK_BYTES;

  /** A key longer than a block counts by its hash, as HMAC has it. */
  constructor(key: KeyObject) {
    const given = key.export();
    const bytes = given.length > BLOCK_BYTES ? sha256(given) : given;
    for (let i = 0; i < BLOCK_BYTES; i++) {
      this.#inner[i] = (bytes[i] ?? 0) ^ 0x36;
      this.#outer[i] = (bytes[i] ?? 0) ^ 0x5c;
    }
  }

  /** Begins an empty message. */
  begin(): this {
    this.#end = BLOCK_BYTES;
    return this;
  }

  /** Adds the 2-byte big-endian length of a text, then its UTF-8 bytes. Throws RangeError above 65,535 bytes. */
  text(text: string): this {
    // No UTF-16 unit takes more than 3 bytes.
    this.#makeRoom(2 + 3 * text.length);
    const bytes = this.#inner.write(text, this.#end + 2);
    if (bytes > TEXT_BYTES_MAX)
      throw new RangeError(`length prefix: ${bytes} bytes exceed ${TEXT_BYTES_MAX}`);
    this.#inner.writeUInt16BE(bytes, this.#end);
    this.#end += 2 + bytes;
    return this;
  }

  /** Adds the UTF-8 bytes of a text, without their length. */
  raw(text: string): this {
    this.#makeRoom(3 * text.length);
    this.#end += this.#inner.write(text, this.#end);
    return this;
  }

  /** Adds 4 bytes, big-endian. */
  u32(value: number): this {
    this.#makeRoom(4);
    this.#end = this.#inner.writeUInt32BE(value, this.#end);
    return this;
  }

  /** Adds the first `count` bytes. */
  bytes(bytes: Buffer, count: number): this {
    this.#makeRoom(count);
    this.#end += bytes.copy(this.#inner, this.#end, 0, count);
    return this;
  }

  /** The HMAC of the message, 64 hex digits. */
  hex(): string {
    return this.#digest("hex");
  }

  /** The same into the first 32 bytes of `out`. */
  into(out: Buffer): void {
    out.write(this.#digest("binary"), "latin1");
  }

  #digest(encoding: "hex" | "binary"): string {
    if (this.#message.length !== this.#end) this.#message = this.#inner.subarray(0, this.#end);
    this.#outer.write(hash("sha256", this.#message, "binary"), BLOCK_BYTES, "latin1");
    return hash("sha256", this.#outer, encoding);
  }

  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#inner.length) return;
    const larger = Buffer.alloc(Math.max(2 * this.#inner.length, this.#end + bytes));
    this.#inner.copy(larger, 0, 0, this.#end);
    this.#inner = larger;
    this.#message = larger.subarray(0, BLOCK_BYTES);
  }
}
