import type { SignedExtrinsic } from "../runtime/extrinsic.ts";

const MAX_POOL = 4096;
const MAX_REMEMBERED = 64;

/** Extrinsics that wait for a block, one per account and nonce. */
export class Pool {
  readonly #waiting = new Map<string, SignedExtrinsic>();
  readonly #taken: string[] = [];

  /** The hashes of the last extrinsics that were added, the first one first; they stay when their block is made. */
  get taken(): readonly string[] {
    return this.#taken;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(hash: string): boolean {
    return [...this.#waiting.values()].some((extrinsic) => extrinsic.hash === hash);
  }

  /** False where the account has another one of this nonce, or the pool is full. */
  add(extrinsic: SignedExtrinsic): boolean {
    const slot = `${extrinsic.signer} ${extrinsic.nonce}`;
    const other = this.#waiting.get(slot);
    if (other !== undefined) return other.hash === extrinsic.hash;
    if (this.#waiting.size >= MAX_POOL) return false;
    this.#waiting.set(slot, extrinsic);
    this.#taken.push(extrinsic.hash);
    if (this.#taken.length > MAX_REMEMBERED) this.#taken.shift();
    return true;
  }

  remove(extrinsic: SignedExtrinsic): void {
    this.#waiting.delete(`${extrinsic.signer} ${extrinsic.nonce}`);
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** By account and nonce, so that each one's turn comes after those before it. */
  ordered(): SignedExtrinsic[] {
    return [...this.#waiting.values()].sort((a, b) => a.nonce - b.nonce);
  }

  /** The nonce after those in the pool that follow without a gap. */
  nextNonce(account: string, stored: number): number {
    let next = stored;
    while (this.#waiting.has(`${account} ${next}`)) next++;
    return next;
  }
}
