import type { Random } from "../../core/random.ts";

const CHUNK = 8192;

/** Random job ids and seeds from larger chunks: asking for 16 bytes at a time costs more than all accounting of a job. */
export class Ids {
  readonly #random: Random;
  #chunk = Buffer.alloc(0);
  #at = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** `jb_` and 32 hex digits. */
  jobId(): string {
    const at = this.#take(16);
    return `jb_${this.#chunk.toString("hex", at, at + 16)}`;
  }

  /** 63 bits. */
  seed(): bigint {
    const at = this.#take(8);
    return this.#chunk.readBigUInt64BE(at) >> 1n;
  }

  #take(bytes: number): number {
    if (this.#at + bytes > this.#chunk.length) {
      this.#chunk = Buffer.from(this.#random.bytes(CHUNK));
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}
