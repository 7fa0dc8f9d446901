import type { Chance } from "../core/chance.ts";

const CHUNK = 8192;

/** Random job ids and seeds out of chunks: asking for 16 bytes at a time costs more than the job's own accounting. */
export class Ids {
  readonly #chance: Chance;
  #chunk = Buffer.alloc(0);
  #at = 0;

  constructor(chance: Chance) {
    this.#chance = chance;
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
      this.#chunk = Buffer.from(this.#chance.bytes(CHUNK));
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += bytes;
    return at;
  }
}
